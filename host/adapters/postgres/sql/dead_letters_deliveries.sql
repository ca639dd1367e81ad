-- Caller: QueueOperationStore::step (role belfry_system): whose dead letters these are. Index: primary key.
SELECT delivery_id FROM belfry.dead_letters WHERE tenant_id = $1 AND id = ANY ($2) AND state = 'dead'
