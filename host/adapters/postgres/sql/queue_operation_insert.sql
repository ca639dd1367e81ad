-- Caller: QueueOperationStore::start (role belfry_system). Nothing is inserted while another one of the tenant runs.
-- Index: queue_operations_one_running.
INSERT INTO belfry.queue_operations (tenant_id, id, action, priority, most, only_channel, only_priority, only_state, only_provider,
                                     only_error_code, only_from, only_to, only_batch, only_notifications, started_by, started_at, only_template)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
ON CONFLICT (tenant_id) WHERE state = 'running' DO NOTHING
