-- Caller: StatisticsStore::follow (role belfry_system). One process at a time does a sink's work; released with the transaction, so also
-- when the process dies.
SELECT pg_try_advisory_xact_lock(hashtext('belfry.feed_sink'), hashtext($1))
