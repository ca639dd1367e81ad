-- Caller: ScheduleStore::takeDue (role belfry_system). Held for $1 ms, so that several schedulers share the firings; one that vanishes
-- gives them back by the end of its hold. $2: how many at most. Index: schedules_due.
WITH due AS MATERIALIZED (
  SELECT tenant_id, id FROM belfry.schedules
   WHERE next_at <= now() AND (held_until IS NULL OR held_until < now())
   ORDER BY next_at LIMIT $2
     FOR UPDATE SKIP LOCKED
)
UPDATE belfry.schedules s SET held_until = clock_timestamp() + $1 * interval '1 ms'
  FROM due d
 WHERE s.tenant_id = d.tenant_id AND s.id = d.id
RETURNING s.tenant_id, s.id, s.name, s.state, s.rule, s.timezone, s.misfire, s.starts_at, s.ends_at, s.most_firings, s.request, s.next_at, s.revision, s.firings, s.missed,
       s.last_fired_at, s.last_notification, s.last_problem, s.created_by, s.created_at, s.updated_at
