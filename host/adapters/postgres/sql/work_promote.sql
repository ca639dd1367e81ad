-- Caller: ReadyStore::promoteDue (role belfry_system). Queues what was scheduled or put off and whose time has come. $1 how many at
-- most. Index: work_due, primary key.
WITH due AS MATERIALIZED (
  SELECT tenant_id, delivery_id FROM belfry.work
   WHERE state IN ('scheduled', 'deferred') AND due_at <= clock_timestamp()
   ORDER BY due_at LIMIT $1
     FOR UPDATE SKIP LOCKED
)
UPDATE belfry.work w SET state = 'queued'
  FROM due d
 WHERE w.tenant_id = d.tenant_id AND w.delivery_id = d.delivery_id
RETURNING w.priority, w.tenant_id, w.channel, w.delivery_id
