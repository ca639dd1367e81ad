-- Caller: ReceiptStore::apply (role belfry_system). Index: primary key.
INSERT INTO belfry.receipt_keys (tenant_id, provider, key, expires_at)
SELECT $1, $2, key, now() + $4 * interval '1 second' FROM unnest($3::bytea[]) AS t (key)
ON CONFLICT DO NOTHING
