-- Caller: ReceiptStore::apply (role belfry_system), under the deliveries' locks. $3, $4: least and greatest id. Index: primary key.
SELECT delivery_id, seq, type, at, attempt, provider, detail
  FROM belfry.delivery_events
 WHERE tenant_id = $1 AND delivery_id = ANY ($2) AND delivery_id BETWEEN $3 AND $4
 ORDER BY delivery_id, seq
