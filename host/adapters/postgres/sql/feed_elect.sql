-- Caller: FeedStore::sequence (role belfry_system). One process at a time is the sequencer; released with the transaction.
SELECT pg_try_advisory_xact_lock(hashtext('belfry.feed'))
