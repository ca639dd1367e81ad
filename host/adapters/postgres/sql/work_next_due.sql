-- Caller: ReadyStore::untilNextDue (role belfry_system): microseconds until the next scheduled or deferred delivery becomes due; NULL
-- when none waits. Index: work_due.
SELECT (extract(epoch FROM min(due_at) - clock_timestamp()) * 1000000)::int8 FROM belfry.work WHERE state IN ('scheduled', 'deferred')
