-- Caller: QueueOperationStore::step (role belfry_system). The running one that has come least far, so that short ones do not wait for
-- long ones; no other host works on it until this transaction ends. Index: queue_operations_one_running.
SELECT tenant_id, id, action, priority, most, only_channel, only_priority, only_state, only_provider, only_error_code, only_from, only_to,
       only_batch, only_notifications, state, position, looked_at, changed, reason, started_by, started_at, finished_at, only_template,
       pass, changed_in_pass
  FROM belfry.queue_operations WHERE state = 'running'
 ORDER BY looked_at, started_at LIMIT 1
   FOR UPDATE SKIP LOCKED
