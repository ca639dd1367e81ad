-- Caller: QueueOperationStore::list (role belfry_app). Newest first; $2 cursor (exclusive upper id). Index: primary key.
SELECT tenant_id, id, action, priority, most, only_channel, only_priority, only_state, only_provider, only_error_code, only_from, only_to,
       only_batch, only_notifications, state, position, looked_at, changed, reason, started_by, started_at, finished_at,
       only_template
  FROM belfry.queue_operations WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3
