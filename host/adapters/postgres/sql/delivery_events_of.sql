-- Caller: NotificationStore::get (role belfry_app). $3, $4: least and greatest delivery id. Index: primary key.
SELECT delivery_id, seq, type, at, attempt, provider, detail
  FROM belfry.delivery_events
 WHERE tenant_id = $1 AND delivery_id = ANY ($2) AND delivery_id BETWEEN $3 AND $4
 ORDER BY delivery_id, seq
