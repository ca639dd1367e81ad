-- Caller: ScheduleStore::change (role belfry_app). Compare-and-set on the revision, $3. Index: primary key.
UPDATE belfry.schedules
   SET name = $4, state = $5, rule = $6, timezone = $7, misfire = $8, starts_at = $9, ends_at = $10, most_firings = $11, request = $12,
       next_at = $13, held_until = NULL, revision = revision + 1, updated_at = now()
 WHERE tenant_id = $1 AND id = $2 AND revision = $3
