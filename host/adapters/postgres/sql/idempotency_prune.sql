-- Caller: UpkeepStore::pruneIdempotencyKeys (role belfry_system). Index: idempotency_keys_by_expiry.
DELETE FROM belfry.idempotency_keys
 WHERE (tenant_id, key_hash) IN (SELECT tenant_id, key_hash FROM belfry.idempotency_keys WHERE expires_at < now() LIMIT $1)
