-- Caller: NotificationStore::cancel (role belfry_system). Compare-and-set: only what no worker holds can be called off.
-- $1 tenant, $2 notification, $3 least and $4 greatest delivery id. Index: deliveries_by_notification, work's primary key.
WITH asked AS (
  SELECT tenant_id, id FROM belfry.deliveries
   WHERE tenant_id = $1 AND notification_id = $2 AND id BETWEEN $3 AND $4
), gone AS (
  DELETE FROM belfry.work w USING asked a
   WHERE w.tenant_id = a.tenant_id AND w.delivery_id = a.id AND w.lease_until IS NULL
  RETURNING w.tenant_id, w.delivery_id, w.notification_id, w.seq
), changed AS (
  UPDATE belfry.deliveries d SET status = 'cancelled', updated_at = now()
    FROM gone g
   WHERE d.tenant_id = g.tenant_id AND d.id = g.delivery_id AND d.id BETWEEN $3 AND $4
), told AS (
  INSERT INTO belfry.delivery_events (tenant_id, delivery_id, seq, type, at, detail)
  SELECT tenant_id, delivery_id, seq + 1, 'cancelled', now(), jsonb_build_object('by', $5::text) FROM gone
), queued AS (
  INSERT INTO belfry.outbox (tenant_id, delivery_id, seq, notification_id, type, at)
  SELECT tenant_id, delivery_id, seq + 1, notification_id, 'cancelled', now() FROM gone
)
SELECT delivery_id FROM gone
