-- Caller: QueueStore::park (role belfry_system). Up to $4 due deliveries of a paused queue wait out of every claim's way.
-- Index: work_queue.
UPDATE belfry.work w SET due_at = belfry.parked_due(w.due_at)
  FROM (SELECT tenant_id, delivery_id FROM belfry.work
         WHERE tenant_id = $1 AND channel = $2 AND priority = $3 AND lease_until IS NULL AND due_at <= now()
         ORDER BY due_at LIMIT $4
           FOR UPDATE SKIP LOCKED) p
 WHERE w.tenant_id = p.tenant_id AND w.delivery_id = p.delivery_id
