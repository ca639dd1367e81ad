-- Caller: ScheduleStore::nextDue (role belfry_system): when the earliest that nobody holds becomes due. Index: schedules_due.
SELECT next_at FROM belfry.schedules
 WHERE next_at IS NOT NULL AND (held_until IS NULL OR held_until < now())
 ORDER BY next_at LIMIT 1
