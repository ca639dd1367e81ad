-- Caller: StatisticsStore::follow (role belfry_system), while the sink is set back: takes back what statistics_count added for the
-- positions after $1 up to $2. Rows that retention has dropped meanwhile stay dropped. Index: as there.
WITH counted AS MATERIALIZED (
  SELECT * FROM belfry.feed_counts($1, $2)
), emptied AS (
  DELETE FROM belfry.delivery_statistics s USING counted c
   WHERE s.tenant_id = c.tenant_id AND s.minute = c.minute AND s.channel = c.channel AND s.priority = c.priority
     AND s.provider = c.provider AND s.type = c.type AND s.count <= c.count
)
UPDATE belfry.delivery_statistics s
   SET count = s.count - c.count, latency_ms = greatest(0, s.latency_ms - c.latency_ms),
       buckets = (SELECT array_agg(greatest(0, a - b) ORDER BY i) FROM unnest(s.buckets, c.buckets) WITH ORDINALITY AS t (a, b, i))
  FROM counted c
 WHERE s.tenant_id = c.tenant_id AND s.minute = c.minute AND s.channel = c.channel AND s.priority = c.priority
   AND s.provider = c.provider AND s.type = c.type AND s.count > c.count
