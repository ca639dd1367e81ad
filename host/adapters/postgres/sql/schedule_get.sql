-- Caller: ScheduleStore::get (role belfry_app). Index: primary key.
SELECT tenant_id, id, name, state, rule, timezone, misfire, starts_at, ends_at, most_firings, request, next_at, revision, firings, missed,
       last_fired_at, last_notification, last_problem, created_by, created_at, updated_at
  FROM belfry.schedules
 WHERE tenant_id = $1 AND id = $2
