-- Caller: FeedStore::prune and rewind (role belfry_system). One of them at a time, so that nothing is pruned to which a sink is being
-- set back. No index: one row.
SELECT head, pruned_to FROM belfry.feed_ends FOR UPDATE
