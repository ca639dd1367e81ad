-- Caller: WorkStore::park (role belfry_system): claims of queues that are paused go back as they were, attempt number included, and wait
-- out of every claim's way (see belfry.parked). Index: primary key.
UPDATE belfry.work w
   SET state = 'queued', attempt = w.attempt - 1, lease_until = NULL, owner = NULL,
       due_at = belfry.parked_due(w.due_at)
  FROM unnest($1::uuid[], $2::uuid[], $3::int4[]) AS t (tenant_id, delivery_id, attempt)
 WHERE w.tenant_id = t.tenant_id AND w.delivery_id = t.delivery_id AND w.attempt = t.attempt AND w.owner = $4
   AND NOT belfry.parked(w.due_at)
