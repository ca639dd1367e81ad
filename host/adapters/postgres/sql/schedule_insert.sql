-- Caller: ScheduleStore::create (role belfry_app). Index: primary key.
INSERT INTO belfry.schedules (tenant_id, id, name, state, rule, timezone, misfire, starts_at, ends_at, most_firings, request, next_at,
                              created_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
