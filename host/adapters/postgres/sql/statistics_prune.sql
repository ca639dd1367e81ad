-- Caller: StatisticsStore::prune (role belfry_system). Index: delivery_statistics_by_age.
DELETE FROM belfry.delivery_statistics
 WHERE ctid = ANY (ARRAY(SELECT ctid FROM belfry.delivery_statistics WHERE minute < now() - $1 * interval '1 day' LIMIT $2))
