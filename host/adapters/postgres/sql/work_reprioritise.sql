-- Caller: QueueOperationStore::step (role belfry_system). Of $2, what no worker holds and has another priority gets priority $3.
-- $4, $5: the priorities and their names; $6 who, $7 operation. Index: primary keys.
WITH mine AS (
  SELECT tenant_id, delivery_id, priority FROM belfry.work
   WHERE tenant_id = $1 AND delivery_id = ANY ($2) AND lease_until IS NULL AND priority <> $3
   ORDER BY delivery_id
     FOR UPDATE SKIP LOCKED
), named AS (
  SELECT * FROM unnest($4::smallint[], $5::text[]) AS t (priority, name)
), changed AS (
  UPDATE belfry.work w SET priority = $3, seq = w.seq + 1
    FROM mine m
   WHERE w.tenant_id = m.tenant_id AND w.delivery_id = m.delivery_id
  RETURNING w.tenant_id, w.delivery_id, w.notification_id, w.seq, m.priority AS before
), told AS (
  INSERT INTO belfry.delivery_events (tenant_id, delivery_id, seq, type, at, detail)
  SELECT c.tenant_id, c.delivery_id, c.seq, 'priority_changed', now(),
         jsonb_build_object('by', $6::text, 'operation', $7::uuid, 'before', b.name, 'value', a.name)
    FROM changed c JOIN named b ON b.priority = c.before JOIN named a ON a.priority = $3
), queued AS (
  INSERT INTO belfry.outbox (tenant_id, delivery_id, seq, notification_id, type, at)
  SELECT tenant_id, delivery_id, seq, notification_id, 'priority_changed', now() FROM changed
)
SELECT count(*) FROM changed
