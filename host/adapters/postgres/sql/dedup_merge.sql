-- Caller: DedupIntake::merge (role belfry_system), under the locks of dedup_holders_lock.sql: writes the merged requests and tells it in
-- the timelines of the deliveries that took the data. $4, $5: least and greatest notification id. $6 … $9: events, k = 1, 2, … within
-- one delivery. Index: primary keys.
WITH m AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) AS t (tenant_id, notification_id, request)
), written AS (
  UPDATE belfry.notifications n SET request = m.request
    FROM m
   WHERE n.tenant_id = m.tenant_id AND n.id = m.notification_id AND n.id BETWEEN $4 AND $5
), e AS (
  SELECT * FROM unnest($6::uuid[], $7::uuid[], $8::int4[], $9::text[]) AS t (tenant_id, delivery_id, k, detail)
), counted AS (
  SELECT tenant_id, delivery_id, count(*)::int4 AS events FROM e GROUP BY tenant_id, delivery_id
), told_of AS (
  UPDATE belfry.work w SET seq = w.seq + c.events
    FROM counted c
   WHERE w.tenant_id = c.tenant_id AND w.delivery_id = c.delivery_id
  RETURNING w.tenant_id, w.delivery_id, w.notification_id, w.seq - c.events AS seq
), told AS (
  INSERT INTO belfry.delivery_events (tenant_id, delivery_id, seq, type, at, detail)
  SELECT o.tenant_id, o.delivery_id, o.seq + e.k, 'merged', now(), e.detail::jsonb
    FROM e JOIN told_of o ON o.tenant_id = e.tenant_id AND o.delivery_id = e.delivery_id
), queued AS (
  INSERT INTO belfry.outbox (tenant_id, delivery_id, seq, notification_id, type, at)
  SELECT o.tenant_id, o.delivery_id, o.seq + e.k, o.notification_id, 'merged', now()
    FROM e JOIN told_of o ON o.tenant_id = e.tenant_id AND o.delivery_id = e.delivery_id
)
SELECT delivery_id FROM told_of
