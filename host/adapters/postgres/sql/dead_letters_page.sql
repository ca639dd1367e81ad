-- Caller: DeadLetterStore::list (role belfry_app). Newest first. $2, $3: between these ids, the lower one inclusive; $4 state, $5 channel,
-- $6 priority, $7 provider, $8 error code, $9 template; NULL: any. Index: dead_letters_by_state, primary key.
SELECT id, delivery_id, notification_id, channel, priority, template_key, provider, error_code, attempt, state, ended_at, ended_by, replayed_as
  FROM belfry.dead_letters
 WHERE tenant_id = $1 AND id >= $2 AND id < $3 AND state = $4::text
   AND ($5::text IS NULL OR channel = $5)
   AND ($6::int8 IS NULL OR priority = $6)
   AND ($7::text IS NULL OR provider = $7)
   AND ($8::text IS NULL OR error_code = $8)
   AND ($9::text IS NULL OR template_key = $9)
 ORDER BY id DESC LIMIT $10
