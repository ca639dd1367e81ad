-- Caller: WorkStore::claim (role belfry_system). The compare-and-set that every attempt begins with: it commits before the first
-- byte that may deliver. $1, $2: priorities and how many of each; $3 lease in ms; $4 owner. Leases run by the database's clock.
-- Index: work_ready, one ordered probe per priority.
WITH wanted AS (
  SELECT * FROM unnest($1::smallint[], $2::int4[]) AS t (priority, room)
), picked AS MATERIALIZED (
  SELECT w.tenant_id, w.delivery_id
    FROM wanted CROSS JOIN LATERAL (
      SELECT tenant_id, delivery_id FROM belfry.work
       WHERE priority = wanted.priority AND lease_until IS NULL AND due_at <= now()
       ORDER BY due_at LIMIT wanted.room
         FOR UPDATE SKIP LOCKED) w
)
UPDATE belfry.work w
   SET state = 'sending', attempt = w.attempt + 1, lease_until = clock_timestamp() + $3 * interval '1 ms', owner = $4
  FROM picked p
 WHERE w.tenant_id = p.tenant_id AND w.delivery_id = p.delivery_id
RETURNING w.tenant_id, w.delivery_id, w.notification_id, w.channel, w.priority, w.attempt, w.due_at, w.address
