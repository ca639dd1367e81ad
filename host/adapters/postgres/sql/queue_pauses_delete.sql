-- Caller: PauseStore::remove (role belfry_system). Ends the pause and the drain of exactly this. Index: queue_pauses_once.
DELETE FROM belfry.queue_pauses
 WHERE tenant_id = $1 AND coalesce(channel, '') = coalesce($2, '') AND coalesce(priority, 0) = coalesce($3::int8, 0)
   AND coalesce(provider, '') = coalesce($4, '')
RETURNING tenant_id, id, drain, channel, priority, provider, reason, created_by, created_at
