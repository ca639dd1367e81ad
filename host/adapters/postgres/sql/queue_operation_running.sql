-- Caller: QueueOperationStore::start (role belfry_system): the one that stands in the way. Index: queue_operations_one_running.
SELECT id FROM belfry.queue_operations WHERE tenant_id = $1 AND state = 'running'
