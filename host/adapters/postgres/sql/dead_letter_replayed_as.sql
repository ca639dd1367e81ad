-- Caller: DeadLetterStore::replayAs (role belfry_system), under the lock of the delivery and in the transaction that stores notification $4.
-- Compare-and-set; the delivery stays as it ended and its timeline says what became of it. $3 who; $5, $6: least and greatest delivery id.
-- Index: primary keys.
WITH mine AS (
  UPDATE belfry.dead_letters SET state = 'replayed', ended_at = now(), ended_by = $3, replayed_as = $4
   WHERE tenant_id = $1 AND id = $2 AND state = 'dead'
  RETURNING tenant_id, delivery_id, notification_id, attempt, channel
), next AS (
  SELECT m.*, 1 + coalesce((SELECT max(e.seq) FROM belfry.delivery_events e
                             WHERE e.tenant_id = m.tenant_id AND e.delivery_id = m.delivery_id AND e.delivery_id BETWEEN $5 AND $6), 0) AS seq
    FROM mine m
), told AS (
  INSERT INTO belfry.delivery_events (tenant_id, delivery_id, seq, type, at, detail)
  SELECT tenant_id, delivery_id, seq, 'replayed', now(), jsonb_build_object('by', $3::text, 'notification', $4::uuid) FROM next
), queued AS (
  INSERT INTO belfry.outbox (tenant_id, delivery_id, seq, notification_id, type, at, attempt, channel)
  SELECT tenant_id, delivery_id, seq, notification_id, 'replayed', now(), attempt, channel FROM next
)
SELECT count(*) FROM mine
