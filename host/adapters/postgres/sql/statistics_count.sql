-- Caller: StatisticsStore::follow (role belfry_system). Counts the events at positions after $1 up to $2. Index: feed's primary key,
-- that of delivery_statistics; for events that do not say what they are counted by, those of deliveries and notifications.
INSERT INTO belfry.delivery_statistics AS s (tenant_id, minute, channel, priority, provider, type, count, latency_ms, buckets)
SELECT tenant_id, minute, channel, priority, provider, type, count, latency_ms, buckets FROM belfry.feed_counts($1, $2)
ON CONFLICT (tenant_id, minute, channel, priority, provider, type) DO UPDATE
   SET count = s.count + excluded.count, latency_ms = s.latency_ms + excluded.latency_ms,
       buckets = (SELECT array_agg(a + b ORDER BY i) FROM unnest(s.buckets, excluded.buckets) WITH ORDINALITY AS t (a, b, i))
