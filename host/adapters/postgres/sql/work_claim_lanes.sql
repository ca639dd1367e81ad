-- Caller: WorkStore::claimFrom (role belfry_system). As work_claim, without hints: from each lane what is due the longest.
-- $1, $2, $3, $4: priorities, tenants, channels of the lanes and how many of each; $5 lease in ms; $6 owner.
-- Index: work_ready, one ordered probe for each lane; primary keys.
WITH picked AS MATERIALIZED (
  SELECT w.tenant_id, w.delivery_id
    FROM unnest($1::int2[], $2::uuid[], $3::text[], $4::int4[]) AS lane (priority, tenant_id, channel, room)
   CROSS JOIN LATERAL (
      SELECT tenant_id, delivery_id FROM belfry.work
       WHERE priority = lane.priority AND tenant_id = lane.tenant_id AND channel = lane.channel AND state = 'queued'
       ORDER BY due_at LIMIT lane.room
         FOR UPDATE SKIP LOCKED) w
), claimed AS (
  UPDATE belfry.work w
     SET state = 'sending', attempt = w.attempt + 1, lease_until = clock_timestamp() + $5 * interval '1 ms', owner = $6
    FROM picked p
   WHERE w.tenant_id = p.tenant_id AND w.delivery_id = p.delivery_id
  RETURNING w.tenant_id, w.delivery_id, w.notification_id, w.channel, w.priority, w.attempt, w.due_at, w.address
)
SELECT c.*, n.request, n.created_at, n.expires_at
  FROM claimed c LEFT JOIN belfry.notifications n ON n.tenant_id = c.tenant_id AND n.id = c.notification_id
