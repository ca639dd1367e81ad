-- Caller: ScheduleStore::remove (role belfry_app). Index: primary key.
DELETE FROM belfry.schedules WHERE tenant_id = $1 AND id = $2
