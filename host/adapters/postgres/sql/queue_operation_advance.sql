-- Caller: QueueOperationStore::step (role belfry_system), in the transaction of the step. Index: primary key.
UPDATE belfry.queue_operations
   SET position = $3, looked_at = looked_at + $4, changed = changed + $5, failures = 0, pass = $7, changed_in_pass = $8,
       state = CASE WHEN $6 THEN 'done' ELSE state END, finished_at = CASE WHEN $6 THEN clock_timestamp() END
 WHERE tenant_id = $1 AND id = $2
