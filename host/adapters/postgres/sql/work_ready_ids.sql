-- Caller: ReadyStore::readyIds (role belfry_system). What waits in a lane, the longest due first. $1 priority, $2 tenant, $3 channel,
-- $4 how many. Index: work_ready.
SELECT delivery_id FROM belfry.work
 WHERE priority = $1::int4::int2 AND tenant_id = $2 AND channel = $3 AND state = 'queued'
 ORDER BY due_at LIMIT $4
