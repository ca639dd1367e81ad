-- Caller: DeadLetterStore::totals (role belfry_system), for gauges and alerts. How many are dead by tenant and channel, counted up to $1 in
-- each: what it costs does not grow beyond that. Index: dead_letters_standing.
WITH RECURSIVE q AS (
  (SELECT tenant_id, channel FROM belfry.dead_letters WHERE state = 'dead' ORDER BY tenant_id, channel LIMIT 1)
  UNION ALL
  SELECT n.tenant_id, n.channel
    FROM q CROSS JOIN LATERAL (
      SELECT d.tenant_id, d.channel FROM belfry.dead_letters d
       WHERE d.state = 'dead' AND (d.tenant_id, d.channel) > (q.tenant_id, q.channel)
       ORDER BY d.tenant_id, d.channel LIMIT 1) n
)
SELECT q.tenant_id, q.channel, c.n
  FROM q CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM (SELECT FROM belfry.dead_letters d
                                WHERE d.tenant_id = q.tenant_id AND d.channel = q.channel AND d.state = 'dead' LIMIT $1) d) c
