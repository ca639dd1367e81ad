-- Caller: QueueOperationStore::step, DeadLetterStore::replay (role belfry_system). What ended waits again; attempt numbers go
-- on. The caller has locked the rows by a statement before this one, so the last event's number holds. $3, $4: least and greatest delivery
-- id; $5, $6: least and greatest notification id; $7 who, $8 operation (NULL: none). Index: primary keys.
WITH again AS (
  SELECT d.tenant_id, d.id, d.notification_id, d.channel, d.address, d.attempt, d.status, d.error_code, n.priority,
         1 + coalesce((SELECT max(e.seq) FROM belfry.delivery_events e
                        WHERE e.tenant_id = d.tenant_id AND e.delivery_id = d.id AND e.delivery_id BETWEEN $3 AND $4), 0) AS seq
    FROM belfry.deliveries d
    JOIN belfry.notifications n ON n.tenant_id = d.tenant_id AND n.id = d.notification_id AND n.id BETWEEN $5 AND $6
   WHERE d.tenant_id = $1 AND d.id = ANY ($2) AND d.id BETWEEN $3 AND $4
), changed AS (
  UPDATE belfry.deliveries d SET status = 'queued', error_code = NULL, error_detail = NULL, updated_at = now()
    FROM again a
   WHERE d.tenant_id = a.tenant_id AND d.id = a.id AND d.id BETWEEN $3 AND $4
), worked AS (
  INSERT INTO belfry.work (tenant_id, delivery_id, notification_id, channel, address, priority, state, due_at, attempt, seq)
  SELECT tenant_id, id, notification_id, channel, address, priority, 'queued', now(), attempt, seq FROM again
), told AS (
  INSERT INTO belfry.delivery_events (tenant_id, delivery_id, seq, type, at, detail)
  SELECT tenant_id, id, seq, 'queued', now(),
         jsonb_strip_nulls(jsonb_build_object('by', $7::text, 'operation', $8::uuid, 'after', status::text, 'code', error_code))
    FROM again
), queued AS (
  INSERT INTO belfry.outbox (tenant_id, delivery_id, seq, notification_id, type, at)
  SELECT tenant_id, id, seq, notification_id, 'queued', now() FROM again
)
SELECT count(*) FROM again
