-- Caller: WorkStore::claim (role belfry_system). The compare-and-set that an attempt begins with: it commits before the first byte that
-- may deliver. $1, $2: hinted deliveries; $3 lease in ms; $4 owner. Leases run by the database's clock. Rows that another host holds at
-- this moment are skipped. Index: primary keys; partitions are pruned by each row's id.
WITH picked AS MATERIALIZED (
  SELECT w.tenant_id, w.delivery_id
    FROM unnest($1::uuid[], $2::uuid[]) AS t (tenant_id, delivery_id)
    JOIN belfry.work w ON w.tenant_id = t.tenant_id AND w.delivery_id = t.delivery_id
   WHERE w.state = 'queued'
     FOR UPDATE OF w SKIP LOCKED
), claimed AS (
  UPDATE belfry.work w
     SET state = 'sending', attempt = w.attempt + 1, lease_until = clock_timestamp() + $3 * interval '1 ms', owner = $4
    FROM picked p
   WHERE w.tenant_id = p.tenant_id AND w.delivery_id = p.delivery_id
  RETURNING w.tenant_id, w.delivery_id, w.notification_id, w.channel, w.priority, w.attempt, w.due_at, w.address
)
SELECT c.*, n.request, n.created_at, n.expires_at
  FROM claimed c LEFT JOIN belfry.notifications n ON n.tenant_id = c.tenant_id AND n.id = c.notification_id
