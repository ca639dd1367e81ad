-- Caller: IdempotencyStore::finish (role belfry_app). Index: primary key.
UPDATE belfry.idempotency_keys SET status = $4, response = $5, locked_until = NULL
 WHERE tenant_id = $1 AND key_hash = $2 AND resource_id = $3 AND status IS NULL
