-- Caller: ReceiptStore::apply (role belfry_system): those that still wait; two loops never apply the same one. Index: primary key.
SELECT id FROM belfry.parked_receipts WHERE tenant_id = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE
