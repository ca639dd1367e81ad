-- Caller: IntakeStore::write, IntakeStore::findKey and IdempotencyStore::begin. Index: primary key.
SELECT k.tenant_id, k.key_hash, k.request_hash, k.resource_id, k.status, k.response, k.locked_until, k.expires_at <= now()
  FROM unnest($1::uuid[], $2::bytea[]) AS t (tenant_id, key_hash)
  JOIN belfry.idempotency_keys k ON k.tenant_id = t.tenant_id AND k.key_hash = t.key_hash
