-- Caller: QueueStore::flows (role belfry_app). What left a tenant's queues lately, by the minute in which it did.
-- $2, $3, $4: since when, for the short, the middle and the long window. Index: delivery_statistics' primary key.
WITH recent AS MATERIALIZED (
  SELECT channel, priority, type, minute, count, latency_ms, buckets
    FROM belfry.delivery_statistics WHERE tenant_id = $1 AND minute >= $4
), spread AS (
  SELECT r.channel, r.priority, r.type, b.place, sum(b.n)::int8 AS n
    FROM recent r CROSS JOIN LATERAL unnest(r.buckets) WITH ORDINALITY AS b (n, place)
   GROUP BY r.channel, r.priority, r.type, b.place
)
SELECT r.channel, r.priority, r.type,
       coalesce(sum(r.count) FILTER (WHERE r.minute >= $2), 0)::int8, coalesce(sum(r.count) FILTER (WHERE r.minute >= $3), 0)::int8,
       sum(r.count)::int8, sum(r.latency_ms)::int8,
       ARRAY(SELECT s.n FROM spread s WHERE s.channel = r.channel AND s.priority = r.priority AND s.type = r.type ORDER BY s.place)
  FROM recent r
 GROUP BY r.channel, r.priority, r.type
