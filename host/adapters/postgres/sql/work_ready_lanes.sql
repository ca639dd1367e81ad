-- Caller: ReadyStore::readyLanes (role belfry_system). The lanes that hold something due, found by leaping from one to the next.
-- $1, $2, $3: the lane to begin after (priority -1: at the first); $4 how many. Index: work_ready, one probe for each lane.
WITH RECURSIVE lane AS (
  (SELECT priority, tenant_id, channel, delivery_id, due_at FROM belfry.work
    WHERE state = 'queued' AND (priority, tenant_id, channel) > ($1::int4::int2, $2::uuid, $3::text)
    ORDER BY priority, tenant_id, channel, due_at LIMIT 1)
  UNION ALL
  SELECT next.* FROM lane CROSS JOIN LATERAL (
    SELECT priority, tenant_id, channel, delivery_id, due_at FROM belfry.work
     WHERE state = 'queued' AND (priority, tenant_id, channel) > (lane.priority, lane.tenant_id, lane.channel)
     ORDER BY priority, tenant_id, channel, due_at LIMIT 1) next
)
SELECT priority, tenant_id, channel, delivery_id, due_at FROM lane LIMIT $4
