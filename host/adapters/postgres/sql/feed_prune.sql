-- Caller: UpkeepStore::pruneFeed (role belfry_system). Index: feed_by_age.
DELETE FROM belfry.feed WHERE pos IN (SELECT pos FROM belfry.feed WHERE sequenced_at < now() - $1 * interval '1 hour' LIMIT $2)
