-- Caller: StatisticsStore::read (role belfry_app). $2, $3: from and to; $4, $5: only this channel, this provider; $6 seconds of a step.
-- Index: primary key.
SELECT date_bin(make_interval(secs => $6), minute, $2) AS step, provider, type, sum(count)::int8, sum(latency_ms)::int8,
       ARRAY[sum(buckets[1])::int8, sum(buckets[2])::int8, sum(buckets[3])::int8, sum(buckets[4])::int8, sum(buckets[5])::int8,
             sum(buckets[6])::int8, sum(buckets[7])::int8, sum(buckets[8])::int8, sum(buckets[9])::int8, sum(buckets[10])::int8,
             sum(buckets[11])::int8, sum(buckets[12])::int8]
  FROM belfry.delivery_statistics
 WHERE tenant_id = $1 AND minute >= $2 AND minute < $3
   AND ($4::text IS NULL OR channel = $4)
   AND ($5::text IS NULL OR provider = $5)
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
