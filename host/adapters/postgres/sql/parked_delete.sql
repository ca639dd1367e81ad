-- Caller: ReceiptStore::apply (role belfry_system): those that are dealt with. Index: primary key.
DELETE FROM belfry.parked_receipts WHERE tenant_id = $1 AND id = ANY ($2)
