-- Caller: DedupIntake::lookAtHolders (role belfry_system), after the lock: how far the deliveries of first ones have come.
-- $3, $4: least and greatest delivery id. Index: deliveries_by_notification, work's primary key.
SELECT d.tenant_id, d.notification_id, d.id, d.channel, d.status, greatest(d.attempt, coalesce(w.attempt, 0)) > 0
  FROM unnest($1::uuid[], $2::uuid[]) AS t (tenant_id, notification_id)
  JOIN belfry.deliveries d ON d.tenant_id = t.tenant_id AND d.notification_id = t.notification_id
  LEFT JOIN belfry.work w ON w.tenant_id = d.tenant_id AND w.delivery_id = d.id
 WHERE d.id BETWEEN $3 AND $4
 ORDER BY d.notification_id, d.id
