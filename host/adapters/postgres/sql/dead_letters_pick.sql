-- Caller: QueueOperationStore::step (role belfry_system) and survey (role belfry_app). Looks at the next $4 dead letters of a tenant and
-- names those that match, at most $5. $2, $3: between these ids, both exclusive. $6 channel, $7 priority, $8 provider, $9 error code,
-- $10 template; NULL: any. Index: dead_letters_by_state.
WITH seen AS MATERIALIZED (
  SELECT id, channel, priority, provider, error_code, template_key FROM belfry.dead_letters
   WHERE tenant_id = $1 AND id > $2 AND id < $3 AND state = 'dead'
   ORDER BY id LIMIT $4
)
SELECT (SELECT count(*) FROM seen), (SELECT id FROM seen ORDER BY id DESC LIMIT 1),
       ARRAY(
         SELECT s.id FROM seen s
          WHERE ($6::text IS NULL OR s.channel = $6)
            AND ($7::int8 IS NULL OR s.priority = $7)
            AND ($8::text IS NULL OR s.provider = $8)
            AND ($9::text IS NULL OR s.error_code = $9)
            AND ($10::text IS NULL OR s.template_key = $10)
          ORDER BY s.id LIMIT $5)
