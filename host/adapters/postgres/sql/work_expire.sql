-- Caller: WorkStore::expire (role belfry_system). What waits past its expiresAt ends without a worker, a slot or its next attempt; what a worker
-- holds is left to it. $1 how many at most. Index: work_expiring.
WITH late AS MATERIALIZED (
  SELECT tenant_id, delivery_id
    FROM belfry.work
   WHERE expires_at <= now() AND lease_until IS NULL
   ORDER BY expires_at LIMIT $1
     FOR UPDATE SKIP LOCKED
), gone AS (
  DELETE FROM belfry.work w USING late l
   WHERE w.tenant_id = l.tenant_id AND w.delivery_id = l.delivery_id
  RETURNING w.tenant_id, w.delivery_id, w.notification_id, w.attempt, w.seq, w.expires_at
), before AS (
  SELECT g.*, d.error_code = 'lease_expired' AS in_doubt
    FROM gone g JOIN belfry.deliveries d ON d.tenant_id = g.tenant_id AND d.id = g.delivery_id
), changed AS (
  UPDATE belfry.deliveries d
     SET status = CASE WHEN b.in_doubt THEN 'unknown' ELSE 'expired' END, attempt = b.attempt,
         error_code = CASE WHEN b.in_doubt THEN d.error_code ELSE 'expired' END,
         error_detail = CASE WHEN b.in_doubt THEN d.error_detail ELSE 'expiresAt passed while it waited' END, updated_at = now()
    FROM before b
   WHERE d.tenant_id = b.tenant_id AND d.id = b.delivery_id
), told AS (
  INSERT INTO belfry.delivery_events (tenant_id, delivery_id, seq, type, at, attempt, detail)
  SELECT tenant_id, delivery_id, seq + 1, CASE WHEN in_doubt THEN 'unknown' ELSE 'expired' END, now(), nullif(attempt, 0),
         jsonb_build_object('rule', 'expires_at', 'value', to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
    FROM before
), queued AS (
  INSERT INTO belfry.outbox (tenant_id, delivery_id, seq, notification_id, type, at)
  SELECT tenant_id, delivery_id, seq + 1, notification_id, CASE WHEN in_doubt THEN 'unknown' ELSE 'expired' END, now() FROM before
)
SELECT count(*)::int4 FROM gone
