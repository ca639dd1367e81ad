-- Caller: ReadyStore::promoteDue (role belfry_system). Queues what was scheduled or put off and whose time has come. $1 how many at
-- most. Index: work_due, primary key. Not clock_timestamp(): it is volatile, so that no index is searched by it and all that
-- waits would be read.
WITH due AS MATERIALIZED (
  SELECT tenant_id, delivery_id FROM belfry.work
   WHERE state IN ('scheduled', 'deferred') AND due_at <= statement_timestamp()
   ORDER BY due_at LIMIT $1
     FOR UPDATE SKIP LOCKED
)
UPDATE belfry.work w SET state = 'queued'
  FROM due d
 WHERE w.tenant_id = d.tenant_id AND w.delivery_id = d.delivery_id
RETURNING w.priority, w.tenant_id, w.channel, w.delivery_id
