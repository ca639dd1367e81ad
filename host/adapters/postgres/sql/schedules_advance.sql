-- Caller: ScheduleStore::advance (role belfry_system). Compare-and-set on revision and next_at: whoever changed the schedule meanwhile
-- is right, and the firing's idempotency key keeps it from happening twice. $1 … $9: one row each. Index: primary key.
UPDATE belfry.schedules s
   SET next_at = a.next_at, held_until = NULL, state = CASE WHEN a.next_at IS NULL THEN 'ended' ELSE s.state END,
       firings = s.firings + CASE WHEN a.notification IS NULL THEN 0 ELSE 1 END, missed = s.missed + a.missed,
       last_fired_at = coalesce(a.fired_at, s.last_fired_at), last_notification = coalesce(a.notification, s.last_notification),
       last_problem = CASE WHEN a.fired_at IS NULL AND a.problem IS NULL THEN s.last_problem ELSE a.problem END
  FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::int4[], $5::timestamptz[], $6::int4[], $7::timestamptz[], $8::uuid[], $9::text[])
    AS a (tenant_id, id, was_due, revision, next_at, missed, fired_at, notification, problem)
 WHERE s.tenant_id = a.tenant_id AND s.id = a.id AND s.next_at = a.was_due AND s.revision = a.revision
