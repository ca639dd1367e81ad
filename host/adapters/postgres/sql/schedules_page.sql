-- Caller: ScheduleStore::list (role belfry_app). Newest first. $2 state, $3 cursor (exclusive upper id). Index: primary key.
SELECT tenant_id, id, name, state, rule, timezone, misfire, starts_at, ends_at, most_firings, request, next_at, revision, firings, missed,
       last_fired_at, last_notification, last_problem, created_by, created_at, updated_at
  FROM belfry.schedules
 WHERE tenant_id = $1 AND ($2::text IS NULL OR state = $2) AND id < $3
 ORDER BY id DESC LIMIT $4
