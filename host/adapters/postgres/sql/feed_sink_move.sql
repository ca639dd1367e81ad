-- Caller: StatisticsStore::follow (role belfry_system), in the transaction of what the sink did. Index: primary key.
UPDATE belfry.feed_sinks SET position = $2, rewind_to = nullif(rewind_to, $2), updated_at = now() WHERE sink = $1
