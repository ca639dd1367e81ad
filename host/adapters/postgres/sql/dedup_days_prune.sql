-- Caller: DedupStore::archive (role belfry_system). $1 days that are kept. Index: dedup_days_by_age.
DELETE FROM belfry.dedup_days WHERE day < (now() AT TIME ZONE 'UTC')::date - $1::int4
