-- Caller: UpkeepStore::ensurePartitions (role belfry_system).
SELECT belfry.ensure_partitions($1)
