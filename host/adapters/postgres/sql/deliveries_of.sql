-- Caller: NotificationStore::get and list (role belfry_app). A live delivery's state is that of its work row.
-- $3, $4: least and greatest delivery id. Index: deliveries_by_notification.
SELECT d.notification_id, d.id, d.channel, coalesce(w.state, d.status), greatest(d.attempt, w.attempt), d.provider, d.provider_message_id,
       d.error_code, d.error_detail, d.updated_at, belfry.own_due(w.due_at), d.address
  FROM belfry.deliveries d
  LEFT JOIN belfry.work w ON w.tenant_id = d.tenant_id AND w.delivery_id = d.id
 WHERE d.tenant_id = $1 AND d.notification_id = ANY ($2) AND d.id BETWEEN $3 AND $4
 ORDER BY d.notification_id, d.id
