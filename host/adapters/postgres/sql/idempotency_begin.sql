-- Caller: IdempotencyStore::begin (role belfry_app). Reserves a key for a request that takes several steps. A row comes back only
-- to the one caller that may go on: the key is new, expired, or its first owner vanished.
INSERT INTO belfry.idempotency_keys AS k (tenant_id, key_hash, request_hash, resource_id, locked_until, expires_at)
VALUES ($1, $2, $3, $4, now() + $5 * interval '1 ms', $6)
ON CONFLICT (tenant_id, key_hash) DO UPDATE
   SET request_hash = excluded.request_hash, resource_id = excluded.resource_id, status = NULL, response = NULL,
       locked_until = excluded.locked_until, expires_at = excluded.expires_at
 WHERE k.expires_at <= now() OR (k.status IS NULL AND k.locked_until <= now() AND k.request_hash = excluded.request_hash)
RETURNING resource_id
