-- Caller: ReceiptStore::pruneKeys (role belfry_system). Index: receipt_keys_by_expiry.
DELETE FROM belfry.receipt_keys
 WHERE (tenant_id, provider, key) IN (SELECT tenant_id, provider, key FROM belfry.receipt_keys WHERE expires_at < now() LIMIT $1)
