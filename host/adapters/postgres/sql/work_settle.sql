-- Caller: WorkStore::settle (role belfry_system). Ends a group of attempts in one commit. Valid only for the attempt number that
-- claimed: a row that was re-claimed meanwhile is left alone and absent from the result. So is one that waits already, when it is told
-- to wait: the lease ran out, or this is said for the second time because the first answer was lost.
-- $1 … $9: the attempts; due_at NULL ends the delivery, else it waits as long from now on as due_at is after its last event: the
-- database's clock decides, the caller's may be wrong. $10, $11: least and greatest delivery id.
-- $12 … $19: their events, k = 1, 2, … within one delivery. $20 … $24: inbox items; $25 … $28: devices that were reached, or whose
-- token is dead for the reason given. Index: primary keys, device_tokens_tenant_id_token_hash_key.
WITH s AS (
  SELECT *
    FROM unnest($1::uuid[], $2::uuid[], $3::int4[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::text[], $9::text[])
      AS t (tenant_id, delivery_id, attempt, state, due_at, provider, provider_message_id, error_code, error_detail)
), e AS (
  SELECT *
    FROM unnest($12::uuid[], $13::uuid[], $14::int4[], $15::text[], $16::timestamptz[], $17::int4[], $18::text[], $19::text[])
      AS t (tenant_id, delivery_id, k, type, at, attempt, provider, detail)
), counted AS (
  SELECT tenant_id, delivery_id, count(*)::int4 AS events, max(at) AS ended FROM e GROUP BY tenant_id, delivery_id
), gone AS (
  DELETE FROM belfry.work w USING s
   WHERE w.tenant_id = s.tenant_id AND w.delivery_id = s.delivery_id AND w.attempt = s.attempt AND s.due_at IS NULL
  RETURNING w.tenant_id, w.delivery_id, w.notification_id, w.seq, w.channel, w.priority,
            CASE WHEN w.attempt = 1 THEN w.due_at END AS first_due
), back AS (
  UPDATE belfry.work w
     SET state = 'deferred', lease_until = NULL, owner = NULL, due_at = now() + (s.due_at - c.ended), seq = w.seq + c.events
    FROM s JOIN counted c ON c.tenant_id = s.tenant_id AND c.delivery_id = s.delivery_id
   WHERE w.tenant_id = s.tenant_id AND w.delivery_id = s.delivery_id AND w.attempt = s.attempt AND s.due_at IS NOT NULL
     AND w.lease_until IS NOT NULL
  RETURNING w.tenant_id, w.delivery_id, w.notification_id, w.seq - c.events AS seq, w.channel, w.priority,
            NULL::timestamptz AS first_due
), mine AS (
  SELECT * FROM gone UNION ALL SELECT * FROM back
), changed AS (
  UPDATE belfry.deliveries d
     SET status = s.state, attempt = s.attempt, provider = s.provider, provider_message_id = s.provider_message_id,
         error_code = s.error_code, error_detail = s.error_detail, updated_at = now()
    FROM s JOIN mine m ON m.tenant_id = s.tenant_id AND m.delivery_id = s.delivery_id
   WHERE d.tenant_id = s.tenant_id AND d.id = s.delivery_id AND d.id BETWEEN $10 AND $11
), named AS (
  INSERT INTO belfry.provider_message_ids (tenant_id, provider, message_hash, delivery_id, attempt)
  SELECT s.tenant_id, s.provider, sha256(convert_to(s.provider_message_id, 'UTF8')), s.delivery_id, s.attempt
    FROM s JOIN mine m ON m.tenant_id = s.tenant_id AND m.delivery_id = s.delivery_id
   WHERE s.provider_message_id IS NOT NULL AND s.provider IS NOT NULL
  ON CONFLICT (tenant_id, provider, message_hash, delivery_id) DO UPDATE SET attempt = excluded.attempt
), told AS (
  INSERT INTO belfry.delivery_events (tenant_id, delivery_id, seq, type, at, attempt, provider, detail)
  SELECT m.tenant_id, m.delivery_id, m.seq + e.k, e.type, e.at, e.attempt, e.provider, e.detail::jsonb
    FROM e JOIN mine m ON m.tenant_id = e.tenant_id AND m.delivery_id = e.delivery_id
), queued AS (
  -- `sending` is known only now, with how it ended: in the feed it would say nothing that the event after it does not say.
  INSERT INTO belfry.outbox (tenant_id, delivery_id, seq, notification_id, type, at, attempt, provider, channel, priority, due_at)
  SELECT m.tenant_id, m.delivery_id, m.seq + e.k, m.notification_id, e.type, e.at, e.attempt, e.provider, m.channel, m.priority, m.first_due
    FROM e JOIN mine m ON m.tenant_id = e.tenant_id AND m.delivery_id = e.delivery_id
   WHERE e.type <> 'sending'
), filed AS (
  INSERT INTO belfry.inbox_items (tenant_id, id, notification_id, user_hash, category_hash, content)
  SELECT m.tenant_id, m.delivery_id, m.notification_id, i.user_hash, i.category_hash, i.content
    FROM unnest($20::uuid[], $21::uuid[], $22::bytea[], $23::bytea[], $24::bytea[])
      AS i (tenant_id, delivery_id, user_hash, category_hash, content)
    JOIN mine m ON m.tenant_id = i.tenant_id AND m.delivery_id = i.delivery_id
  ON CONFLICT (tenant_id, id) DO NOTHING
), reached AS (
  UPDATE belfry.device_tokens d
     SET last_used_at = CASE WHEN r.dead IS NULL THEN now() ELSE d.last_used_at END,
         disabled_at = CASE WHEN r.dead IS NOT NULL THEN now() END, reason = r.dead
    FROM unnest($25::uuid[], $26::uuid[], $27::bytea[], $28::text[]) AS r (tenant_id, delivery_id, token_hash, dead)
    JOIN mine m ON m.tenant_id = r.tenant_id AND m.delivery_id = r.delivery_id
   WHERE d.tenant_id = r.tenant_id AND d.token_hash = r.token_hash AND d.disabled_at IS NULL
     AND (r.dead IS NOT NULL OR d.last_used_at IS NULL OR d.last_used_at < now() - interval '1 hour')
)
SELECT delivery_id FROM mine
