-- Caller: DedupIntake::recall (role belfry_system), after an ambiguous commit: what of these notifications was found to be a double.
-- $3, $4: least and greatest delivery id. Index: deliveries_by_notification.
SELECT DISTINCT d.notification_id, d.channel
  FROM unnest($1::uuid[], $2::uuid[]) AS t (tenant_id, notification_id)
  JOIN belfry.deliveries d ON d.tenant_id = t.tenant_id AND d.notification_id = t.notification_id
 WHERE d.id BETWEEN $3 AND $4 AND d.status = 'deduplicated'
