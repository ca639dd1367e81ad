-- Caller: PauseStore::of (role belfry_app). Oldest first. Index: primary key.
SELECT tenant_id, id, drain, channel, priority, provider, reason, created_by, created_at FROM belfry.queue_pauses
 WHERE tenant_id = $1 ORDER BY id
