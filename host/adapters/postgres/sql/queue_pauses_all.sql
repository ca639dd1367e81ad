-- Caller: PauseStore::all (role belfry_system): what every host holds in memory. No index.
SELECT tenant_id, id, drain, channel, priority, provider, reason, created_by, created_at FROM belfry.queue_pauses
