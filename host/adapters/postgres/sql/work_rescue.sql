-- Caller: WorkStore::rescue (role belfry_system). Leases that ran out: the worker vanished between claim and settle, and nobody knows
-- how far it came. By the policy of tenant and channel the delivery is tried again, or becomes unknown; then its provider is asked where
-- that is possible. One whose attempts or time are used up is not tried again.
-- $1 … $6: tenants, channels, the rule that decided, whether it resends, whether a provider can be asked first, the most attempts; $7 how many
-- rows at most. Index: work_leased.
WITH policy AS (
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bool[], $5::bool[], $6::int4[])
    AS t (tenant_id, channel, rule, resend, askable, attempts)
), lost AS MATERIALIZED (
  SELECT w.tenant_id, w.delivery_id, w.notification_id, w.channel, w.attempt, w.seq, p.rule, p.askable, o.may_repeat,
         o.may_repeat AND NOT p.askable AS again
    FROM belfry.work w
    JOIN policy p ON p.tenant_id = w.tenant_id AND p.channel = w.channel
   CROSS JOIN LATERAL (SELECT p.resend AND w.attempt < p.attempts AND coalesce(w.expires_at > now(), true) AS may_repeat) o
   WHERE w.lease_until < now()
   ORDER BY w.lease_until LIMIT $7
     FOR UPDATE OF w SKIP LOCKED
), back AS (
  UPDATE belfry.work w
     SET state = 'deferred', lease_until = NULL, owner = NULL, due_at = now(), seq = w.seq + 1
    FROM lost l
   WHERE w.tenant_id = l.tenant_id AND w.delivery_id = l.delivery_id AND l.again
), gone AS (
  DELETE FROM belfry.work w USING lost l
   WHERE w.tenant_id = l.tenant_id AND w.delivery_id = l.delivery_id AND NOT l.again
), asked AS (
  INSERT INTO belfry.lookups (tenant_id, delivery_id, channel, attempt, resend, due_at)
  SELECT tenant_id, delivery_id, channel, attempt, may_repeat, now() FROM lost WHERE askable
  ON CONFLICT (tenant_id, delivery_id) DO UPDATE
     SET attempt = excluded.attempt, provider = NULL, resend = excluded.resend, asked = 0, due_at = excluded.due_at
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
         jsonb_build_object('rule', l.rule, 'value', CASE WHEN l.askable THEN 'look_up' WHEN l.again THEN 'resend' ELSE 'hold' END)
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
