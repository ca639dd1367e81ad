-- Caller: NotificationStore::reschedule (role belfry_system). Compare-and-set: only what no worker holds gets another time.
-- $1 tenant, $2 notification, $3 least and $4 greatest delivery id, $5 the new time, $6 who asks.
-- Index: deliveries_by_notification, work's primary key.
WITH asked AS (
  SELECT tenant_id, id FROM belfry.deliveries
   WHERE tenant_id = $1 AND notification_id = $2 AND id BETWEEN $3 AND $4
), before AS MATERIALIZED (
  SELECT w.tenant_id, w.delivery_id, w.due_at
    FROM belfry.work w JOIN asked a ON w.tenant_id = a.tenant_id AND w.delivery_id = a.id
   WHERE w.lease_until IS NULL
     FOR UPDATE OF w
), moved AS (
  UPDATE belfry.work w SET state = 'scheduled', due_at = $5, seq = w.seq + 1
    FROM before b
   WHERE w.tenant_id = b.tenant_id AND w.delivery_id = b.delivery_id AND w.lease_until IS NULL
  RETURNING w.tenant_id, w.delivery_id, w.notification_id, w.seq, b.due_at AS before_at
), changed AS (
  UPDATE belfry.deliveries d SET status = 'scheduled', updated_at = now()
    FROM moved m
   WHERE d.tenant_id = m.tenant_id AND d.id = m.delivery_id AND d.id BETWEEN $3 AND $4
), told AS (
  INSERT INTO belfry.delivery_events (tenant_id, delivery_id, seq, type, at, detail)
  SELECT tenant_id, delivery_id, seq, 'scheduled', now(),
         jsonb_build_object('by', $6::text, 'at', $5, 'before', before_at)
    FROM moved
), queued AS (
  INSERT INTO belfry.outbox (tenant_id, delivery_id, seq, notification_id, type, at)
  SELECT tenant_id, delivery_id, seq, notification_id, 'scheduled', now() FROM moved
)
SELECT delivery_id FROM moved
