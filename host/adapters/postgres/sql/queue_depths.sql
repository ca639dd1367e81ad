-- Caller: QueueStore::depths (role belfry_app). A tenant's queues that hold anything.
-- $2, $3: the pairs of channel and priority; $4: counted up to there, beyond it the planner's estimate.
-- Index: work_queue, at most $4 entries for each of three counts of a queue; work_leased.
WITH leased AS MATERIALIZED (
  SELECT channel, priority, count(*) AS n FROM belfry.work
   WHERE tenant_id = $1 AND lease_until > timestamptz '-infinity'
   GROUP BY channel, priority
)
SELECT q.channel, q.priority,
       CASE WHEN due.n >= $4 THEN greatest(due.n, belfry.expect_work($1, q.channel, q.priority, '-infinity', now())) ELSE due.n END
         + CASE WHEN held.n >= $4 THEN greatest(held.n, belfry.expect_work($1, q.channel, q.priority, '2900-01-01 00:00:00+00', 'infinity'))
                ELSE held.n END,
       CASE WHEN later.n >= $4 THEN greatest(later.n, belfry.expect_work($1, q.channel, q.priority, now(), '2900-01-01 00:00:00+00'))
            ELSE later.n END,
       later.n, later.deferred, coalesce(leased.n, 0), due.n < $4 AND held.n < $4 AND later.n < $4,
       least(due.oldest, belfry.own_due(held.oldest))
  FROM unnest($2::text[], $3::smallint[]) AS q (channel, priority)
 CROSS JOIN LATERAL (
   SELECT count(*) AS n, min(due_at) AS oldest
     FROM (SELECT due_at FROM belfry.work
            WHERE tenant_id = $1 AND channel = q.channel AND priority = q.priority AND lease_until IS NULL AND due_at <= now()
            ORDER BY due_at LIMIT $4) w) due
 CROSS JOIN LATERAL (
   SELECT count(*) AS n, count(*) FILTER (WHERE state = 'deferred') AS deferred
     FROM (SELECT state FROM belfry.work
            WHERE tenant_id = $1 AND channel = q.channel AND priority = q.priority AND lease_until IS NULL
              AND due_at > now() AND NOT belfry.parked(due_at)
            ORDER BY due_at LIMIT $4) w) later
 CROSS JOIN LATERAL (
   SELECT count(*) AS n, min(due_at) AS oldest
     FROM (SELECT due_at FROM belfry.work
            WHERE tenant_id = $1 AND channel = q.channel AND priority = q.priority AND lease_until IS NULL AND belfry.parked(due_at)
            ORDER BY due_at LIMIT $4) w) held
  LEFT JOIN leased ON leased.channel = q.channel AND leased.priority = q.priority
 WHERE due.n + later.n + held.n + coalesce(leased.n, 0) > 0
