-- Caller: QueueOperationStore::step (role belfry_system). Of $2, what no worker holds is called off. $3, $4: least and greatest delivery
-- id; $5 who, $6 operation. Index: primary keys.
WITH mine AS (
  SELECT tenant_id, delivery_id FROM belfry.work
   WHERE tenant_id = $1 AND delivery_id = ANY ($2) AND lease_until IS NULL
   ORDER BY delivery_id
     FOR UPDATE SKIP LOCKED
), gone AS (
  DELETE FROM belfry.work w USING mine m
   WHERE w.tenant_id = m.tenant_id AND w.delivery_id = m.delivery_id
  RETURNING w.tenant_id, w.delivery_id, w.notification_id, w.seq
), changed AS (
  UPDATE belfry.deliveries d SET status = 'cancelled', updated_at = now()
    FROM gone g
   WHERE d.tenant_id = g.tenant_id AND d.id = g.delivery_id AND d.id BETWEEN $3 AND $4
), told AS (
  INSERT INTO belfry.delivery_events (tenant_id, delivery_id, seq, type, at, detail)
  SELECT tenant_id, delivery_id, seq + 1, 'cancelled', now(), jsonb_build_object('by', $5::text, 'operation', $6::uuid) FROM gone
), queued AS (
  INSERT INTO belfry.outbox (tenant_id, delivery_id, seq, notification_id, type, at)
  SELECT tenant_id, delivery_id, seq + 1, notification_id, 'cancelled', now() FROM gone
)
SELECT count(*) FROM gone
