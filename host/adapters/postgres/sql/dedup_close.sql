-- Caller: DedupIntake::close (role belfry_system): ends deliveries that wait as doubles. Compare-and-set: only what no worker has
-- begun. $4, $5: least and greatest delivery id. Index: primary keys.
WITH c AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS t (tenant_id, delivery_id, detail)
), gone AS (
  DELETE FROM belfry.work w USING c
   WHERE w.tenant_id = c.tenant_id AND w.delivery_id = c.delivery_id AND w.lease_until IS NULL AND w.attempt = 0
  RETURNING w.tenant_id, w.delivery_id, w.notification_id, w.seq, c.detail
), changed AS (
  UPDATE belfry.deliveries d SET status = 'deduplicated', updated_at = now()
    FROM gone g
   WHERE d.tenant_id = g.tenant_id AND d.id = g.delivery_id AND d.id BETWEEN $4 AND $5
), told AS (
  INSERT INTO belfry.delivery_events (tenant_id, delivery_id, seq, type, at, detail)
  SELECT tenant_id, delivery_id, seq + 1, 'deduplicated', now(), detail::jsonb FROM gone
), queued AS (
  INSERT INTO belfry.outbox (tenant_id, delivery_id, seq, notification_id, type, at)
  SELECT tenant_id, delivery_id, seq + 1, notification_id, 'deduplicated', now() FROM gone
)
SELECT delivery_id FROM gone
