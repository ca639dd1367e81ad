-- Caller: QueueOperationStore::step (role belfry_system), when the database refused a step: after $4 such steps on end it has failed.
-- Index: primary key.
UPDATE belfry.queue_operations
   SET failures = failures + 1, reason = $3, state = CASE WHEN failures + 1 >= $4 THEN 'failed' ELSE state END,
       finished_at = CASE WHEN failures + 1 >= $4 THEN clock_timestamp() END
 WHERE tenant_id = $1 AND id = $2 AND state = 'running'
