-- Caller: QueueStore::totals (role belfry_system), for the gauges of the whole host. $1: counted up to there in each queue, beyond it
-- the planner's estimate. Index: work_queue.
WITH RECURSIVE q AS (
  (SELECT tenant_id, channel, priority FROM belfry.work
    WHERE lease_until IS NULL ORDER BY tenant_id, channel, priority LIMIT 1)
  UNION ALL
  SELECT n.tenant_id, n.channel, n.priority
    FROM q CROSS JOIN LATERAL (
      SELECT w.tenant_id, w.channel, w.priority FROM belfry.work w
       WHERE w.lease_until IS NULL AND (w.tenant_id, w.channel, w.priority) > (q.tenant_id, q.channel, q.priority)
       ORDER BY w.tenant_id, w.channel, w.priority LIMIT 1) n
), counted AS (
  SELECT q.channel, q.priority, due.oldest,
         CASE WHEN due.n >= $1 THEN greatest(due.n, belfry.expect_work(q.tenant_id, q.channel, q.priority, '-infinity', now()))
              ELSE due.n END AS n
    FROM q CROSS JOIN LATERAL (
      SELECT count(*) AS n, min(due_at) AS oldest
        FROM (SELECT due_at FROM belfry.work
               WHERE tenant_id = q.tenant_id AND channel = q.channel AND priority = q.priority AND lease_until IS NULL
                 AND due_at <= now()
               ORDER BY due_at LIMIT $1) w) due
)
SELECT channel, priority, sum(n)::int8, min(oldest) FROM counted GROUP BY channel, priority
