-- Caller: ReceiptStore::apply (role belfry_system), under the deliveries' locks. Index: primary key.
SELECT key FROM belfry.receipt_keys WHERE tenant_id = $1 AND provider = $2 AND key = ANY ($3)
