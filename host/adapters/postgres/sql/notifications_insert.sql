-- Caller: IntakeStore::write (role belfry_system). One round trip, one commit for a group of notifications of any tenants.
-- A row whose idempotency key is already taken inserts nothing and is absent from the result; the caller then reads the key.
-- The caller folds equal keys inside a group beforehand (ON CONFLICT DO UPDATE may touch a row once).
WITH n AS (
  SELECT *
    FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::bytea[], $5::text[], $6::int4[], $7::timestamptz[], $8::timestamptz[],
                $9::bytea[], $10::timestamptz[], $11::bytea[], $12::bytea[], $13::bytea[], $14::timestamptz[])
      AS t (tenant_id, id, priority, user_hash, template_key, template_version, scheduled_at, expires_at,
            request, created_at, key_hash, request_hash, response, key_expires_at)
), keyed AS (
  INSERT INTO belfry.idempotency_keys AS k (tenant_id, key_hash, request_hash, resource_id, status, response, expires_at)
  SELECT tenant_id, key_hash, request_hash, id, 202, response, key_expires_at FROM n WHERE key_hash IS NOT NULL
   ORDER BY tenant_id, key_hash
  ON CONFLICT (tenant_id, key_hash) DO UPDATE
     SET request_hash = excluded.request_hash, resource_id = excluded.resource_id, status = excluded.status,
         response = excluded.response, locked_until = NULL, expires_at = excluded.expires_at
   WHERE k.expires_at <= now()
  RETURNING tenant_id, resource_id
), fresh AS (
  SELECT * FROM n WHERE key_hash IS NULL OR (tenant_id, id) IN (SELECT tenant_id, resource_id FROM keyed)
), inserted AS (
  INSERT INTO belfry.notifications (tenant_id, id, priority, user_hash, template_key, template_version, scheduled_at, expires_at,
                                    request, created_at)
  SELECT tenant_id, id, priority, user_hash, template_key, template_version, scheduled_at, expires_at, request, created_at FROM fresh
), d AS (
  SELECT t.tenant_id, t.id, t.notification_id, t.channel, t.address, t.claimed, f.priority, f.created_at,
         coalesce(f.scheduled_at, f.created_at) AS due_at, CASE WHEN f.scheduled_at > f.created_at THEN 'scheduled' ELSE 'queued' END AS state
    FROM unnest($15::uuid[], $16::uuid[], $17::uuid[], $18::text[], $19::int2[], $20::bool[])
      AS t (tenant_id, id, notification_id, channel, address, claimed)
    JOIN fresh f ON f.tenant_id = t.tenant_id AND f.id = t.notification_id
), delivered AS (
  INSERT INTO belfry.deliveries (tenant_id, id, notification_id, channel, address, status, created_at, updated_at)
  SELECT tenant_id, id, notification_id, channel, address, state, created_at, created_at FROM d
), worked AS (
  INSERT INTO belfry.work (tenant_id, delivery_id, notification_id, channel, address, priority, state, due_at, seq, attempt, lease_until,
                           owner)
  SELECT tenant_id, id, notification_id, channel, address, priority, CASE WHEN claimed THEN 'sending' ELSE state END, due_at, 2,
         claimed::int4, CASE WHEN claimed THEN clock_timestamp() + $21 * interval '1 ms' END, CASE WHEN claimed THEN $22::uuid END
    FROM d
), told AS (
  INSERT INTO belfry.delivery_events (tenant_id, delivery_id, seq, type, at)
  SELECT d.tenant_id, d.id, e.seq, CASE e.seq WHEN 1 THEN 'accepted' ELSE d.state END, d.created_at
    FROM d CROSS JOIN (VALUES (1), (2)) AS e (seq)
), queued AS (
  INSERT INTO belfry.outbox (tenant_id, delivery_id, seq, notification_id, type, at)
  SELECT tenant_id, id, 2, notification_id, state, created_at FROM d
)
SELECT id FROM fresh
