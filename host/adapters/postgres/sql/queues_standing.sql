-- Caller: QueueStore::standing (role belfry_system). Every queue in which something waits, with whether something of it is due and
-- whether something of it is parked. Index: work_queue, three probes for each queue, however long it is.
WITH RECURSIVE q AS (
  (SELECT tenant_id, channel, priority FROM belfry.work
    WHERE lease_until IS NULL ORDER BY tenant_id, channel, priority LIMIT 1)
  UNION ALL
  SELECT n.tenant_id, n.channel, n.priority
    FROM q CROSS JOIN LATERAL (
      SELECT w.tenant_id, w.channel, w.priority FROM belfry.work w
       WHERE w.lease_until IS NULL AND (w.tenant_id, w.channel, w.priority) > (q.tenant_id, q.channel, q.priority)
       ORDER BY w.tenant_id, w.channel, w.priority LIMIT 1) n
)
SELECT q.tenant_id, q.channel, q.priority,
       EXISTS (SELECT FROM belfry.work w
                WHERE w.tenant_id = q.tenant_id AND w.channel = q.channel AND w.priority = q.priority AND w.lease_until IS NULL
                  AND w.due_at <= now()),
       EXISTS (SELECT FROM belfry.work w
                WHERE w.tenant_id = q.tenant_id AND w.channel = q.channel AND w.priority = q.priority AND w.lease_until IS NULL
                  AND belfry.parked(w.due_at))
  FROM q
