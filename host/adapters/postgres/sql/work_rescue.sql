-- Caller: WorkStore::rescue (role belfry_system). Leases that ran out: the worker vanished between claim and settle, and nobody knows
-- how far it came. By the channel's policy the delivery is tried again or held as unknown; one whose attempts are used up is held.
-- $1, $2, $3: channels, whether they resend, and their most attempts; $4 how many rows at most. Index: work_leased.
WITH policy AS (
  SELECT * FROM unnest($1::text[], $2::bool[], $3::int4[]) AS t (channel, resend, attempts)
), lost AS MATERIALIZED (
  SELECT w.tenant_id, w.delivery_id, w.notification_id, w.channel, w.attempt, w.seq,
         (p.resend AND w.attempt < p.attempts) AS again
    FROM belfry.work w JOIN policy p ON p.channel = w.channel
   WHERE w.lease_until < now()
   ORDER BY w.lease_until LIMIT $4
     FOR UPDATE OF w SKIP LOCKED
), back AS (
  UPDATE belfry.work w
     SET state = 'deferred', lease_until = NULL, owner = NULL, due_at = now(), seq = w.seq + 1
    FROM lost l
   WHERE w.tenant_id = l.tenant_id AND w.delivery_id = l.delivery_id AND l.again
), gone AS (
  DELETE FROM belfry.work w USING lost l
   WHERE w.tenant_id = l.tenant_id AND w.delivery_id = l.delivery_id AND NOT l.again
), changed AS (
  UPDATE belfry.deliveries d
     SET status = CASE WHEN l.again THEN 'deferred' ELSE 'unknown' END, attempt = l.attempt, error_code = 'lease_expired',
         error_detail = 'the worker that held attempt ' || l.attempt || ' vanished before it reported; it may have been sent',
         updated_at = now()
    FROM lost l
   WHERE d.tenant_id = l.tenant_id AND d.id = l.delivery_id
), told AS (
  INSERT INTO belfry.delivery_events (tenant_id, delivery_id, seq, type, at, attempt, detail)
  SELECT l.tenant_id, l.delivery_id, l.seq + e.k, CASE e.k WHEN 1 THEN 'lease_expired' ELSE 'unknown' END, now(), l.attempt,
         jsonb_build_object('rule', 'lease_expired.' || l.channel, 'value', CASE WHEN l.again THEN 'resend' ELSE 'hold' END)
    FROM lost l CROSS JOIN (VALUES (1), (2)) AS e (k)
   WHERE e.k = 1 OR NOT l.again
), queued AS (
  INSERT INTO belfry.outbox (tenant_id, delivery_id, seq, notification_id, type, at, attempt, channel)
  SELECT l.tenant_id, l.delivery_id, l.seq + e.k, l.notification_id, CASE e.k WHEN 1 THEN 'lease_expired' ELSE 'unknown' END, now(),
         l.attempt, l.channel
    FROM lost l CROSS JOIN (VALUES (1), (2)) AS e (k)
   WHERE e.k = 1 OR NOT l.again
)
SELECT tenant_id, delivery_id, attempt, again FROM lost
