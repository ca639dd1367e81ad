-- Caller: WorkStore::release (role belfry_system): claims that were not begun go back unchanged, attempt number included.
-- Index: primary key.
UPDATE belfry.work w
   SET state = 'queued', attempt = w.attempt - 1, lease_until = NULL, owner = NULL
  FROM unnest($1::uuid[], $2::uuid[], $3::int4[]) AS t (tenant_id, delivery_id, attempt)
 WHERE w.tenant_id = t.tenant_id AND w.delivery_id = t.delivery_id AND w.attempt = t.attempt AND w.owner = $4
