-- Caller: StatisticsStore::follow (role belfry_system), elected. Index: primary key.
SELECT s.position, s.rewind_to, e.head FROM belfry.feed_sinks s CROSS JOIN belfry.feed_ends e WHERE s.sink = $1 FOR UPDATE OF s
