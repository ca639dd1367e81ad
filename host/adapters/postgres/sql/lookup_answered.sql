-- Caller: LookUpStore::answered (role belfry_system), under the delivery's lock. Tells what the provider said, and what follows: asked again
-- after $6 ms, or held, or tried again; the latter two only while nobody knows more. $1 tenant, $2 delivery, $3 attempt, $4 provider, $5
-- detail, $7 whether it is tried again. Index: primary keys.
WITH it AS (
  SELECT d.tenant_id, d.id, d.notification_id, d.channel, d.address, d.attempt, d.status = 'unknown' AS open,
         greatest((SELECT max(e.seq) FROM belfry.delivery_events e WHERE e.tenant_id = $1 AND e.delivery_id = $2), 0) AS seq
    FROM belfry.deliveries d
   WHERE d.tenant_id = $1 AND d.id = $2 AND d.attempt = $3
), repeated AS (
  SELECT it.*, n.priority, n.expires_at
    FROM it JOIN belfry.notifications n ON n.tenant_id = it.tenant_id AND n.id = it.notification_id
   WHERE $7 AND it.open AND coalesce(n.expires_at > now(), true)
), worked AS (
  INSERT INTO belfry.work (tenant_id, delivery_id, notification_id, channel, address, priority, state, due_at, attempt, seq, expires_at)
  SELECT tenant_id, id, notification_id, channel, address, priority, 'queued', now(), attempt, seq + 2, expires_at FROM repeated
), changed AS (
  UPDATE belfry.deliveries d SET status = 'queued', updated_at = now()
    FROM repeated r
   WHERE d.tenant_id = r.tenant_id AND d.id = r.id
), later AS (
  UPDATE belfry.lookups l SET due_at = now() + $6 * interval '1 ms'
    FROM it
   WHERE l.tenant_id = it.tenant_id AND l.delivery_id = it.id AND l.attempt = it.attempt AND it.open AND $6 IS NOT NULL
), done AS (
  DELETE FROM belfry.lookups l USING it
   WHERE l.tenant_id = it.tenant_id AND l.delivery_id = it.id AND l.attempt = it.attempt AND NOT (it.open AND $6 IS NOT NULL)
), said AS (
  SELECT tenant_id, id, notification_id, seq + 1 AS seq, 'looked_up' AS type, $5::jsonb AS detail, attempt FROM it
  UNION ALL
  SELECT tenant_id, id, notification_id, seq + 2, 'queued', jsonb_build_object('rule', 'lease_expired.' || channel, 'value', 'resend'), attempt
    FROM repeated
), told AS (
  INSERT INTO belfry.delivery_events (tenant_id, delivery_id, seq, type, at, attempt, provider, detail)
  SELECT tenant_id, id, seq, type, now(), attempt, $4, detail FROM said
), queued AS (
  INSERT INTO belfry.outbox (tenant_id, delivery_id, seq, notification_id, type, at)
  SELECT tenant_id, id, seq, notification_id, type, now() FROM said
)
SELECT count(*)::int4 FROM repeated
