-- Caller: WorkStore::settle (role belfry_system), under the deliveries' locks. A worker that was given up reports after all: what is held as
-- unknown only because its lease ran out is known now. Everything else that comes late is left alone and absent from the result.
-- Parameters as those of work_settle up to $19. Index: primary keys.
WITH s AS (
  SELECT *
    FROM unnest($1::uuid[], $2::uuid[], $3::int4[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::text[], $9::text[])
      AS t (tenant_id, delivery_id, attempt, state, due_at, provider, provider_message_id, error_code, error_detail)
), e AS (
  SELECT *
    FROM unnest($12::uuid[], $13::uuid[], $14::int4[], $15::text[], $16::timestamptz[], $17::int4[], $18::text[], $19::text[])
      AS t (tenant_id, delivery_id, k, type, at, attempt, provider, detail)
), mine AS (
  SELECT s.*, d.notification_id,
         (SELECT max(v.seq) FROM belfry.delivery_events v
           WHERE v.tenant_id = s.tenant_id AND v.delivery_id = s.delivery_id AND v.delivery_id BETWEEN $10 AND $11) AS seq
    FROM s
    JOIN belfry.deliveries d ON d.tenant_id = s.tenant_id AND d.id = s.delivery_id AND d.attempt = s.attempt AND d.id BETWEEN $10 AND $11
   WHERE d.status = 'unknown' AND d.error_code = 'lease_expired' AND belfry.may_transition('unknown', s.state)
     AND s.state <> 'queued'
), changed AS (
  UPDATE belfry.deliveries d
     SET status = m.state, provider = m.provider, provider_message_id = m.provider_message_id, error_code = m.error_code,
         error_detail = m.error_detail, updated_at = now()
    FROM mine m
   WHERE d.tenant_id = m.tenant_id AND d.id = m.delivery_id AND d.id BETWEEN $10 AND $11
), named AS (
  INSERT INTO belfry.provider_message_ids (tenant_id, provider, message_hash, delivery_id, attempt)
  SELECT tenant_id, provider, sha256(convert_to(provider_message_id, 'UTF8')), delivery_id, attempt
    FROM mine WHERE provider_message_id IS NOT NULL AND provider IS NOT NULL
  ON CONFLICT (tenant_id, provider, message_hash, delivery_id) DO UPDATE SET attempt = excluded.attempt
), answered AS (
  DELETE FROM belfry.lookups l USING mine m
   WHERE l.tenant_id = m.tenant_id AND l.delivery_id = m.delivery_id
), told AS (
  INSERT INTO belfry.delivery_events (tenant_id, delivery_id, seq, type, at, attempt, provider, detail)
  SELECT m.tenant_id, m.delivery_id, m.seq + e.k, e.type, e.at, e.attempt, e.provider, e.detail::jsonb
    FROM e JOIN mine m ON m.tenant_id = e.tenant_id AND m.delivery_id = e.delivery_id
), queued AS (
  INSERT INTO belfry.outbox (tenant_id, delivery_id, seq, notification_id, type, at)
  SELECT m.tenant_id, m.delivery_id, m.seq + e.k, m.notification_id, e.type, e.at
    FROM e JOIN mine m ON m.tenant_id = e.tenant_id AND m.delivery_id = e.delivery_id
)
SELECT delivery_id FROM mine
