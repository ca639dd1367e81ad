-- Caller: ReceiptStore::find (role belfry_app). Index: primary keys.
SELECT d.id, d.notification_id, d.channel, coalesce(w.state, d.status), greatest(d.attempt, w.attempt), d.provider, d.provider_message_id,
       d.created_at, d.address
  FROM belfry.deliveries d
  LEFT JOIN belfry.work w ON w.tenant_id = d.tenant_id AND w.delivery_id = d.id
 WHERE d.tenant_id = $1 AND d.id = $2
