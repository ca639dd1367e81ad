-- Caller: IdempotencyStore::abandon (role belfry_app): the request failed before it changed anything, so the key is free again.
-- Index: primary key.
DELETE FROM belfry.idempotency_keys WHERE tenant_id = $1 AND key_hash = $2 AND resource_id = $3 AND status IS NULL
