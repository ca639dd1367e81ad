-- Caller: PauseStore::add (role belfry_system). Nothing is inserted when this is paused already. Index: queue_pauses_once.
INSERT INTO belfry.queue_pauses (tenant_id, id, drain, channel, priority, provider, reason, created_by, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (tenant_id, drain, coalesce(channel, ''), coalesce(priority, 0), coalesce(provider, '')) DO NOTHING
