-- Caller: ReceiptStore::apply (role belfry_system). Receipts of one delivery are applied one after another. $3, $4: least and greatest id.
-- Index: primary key.
SELECT id, notification_id, channel, status, attempt, address
  FROM belfry.deliveries
 WHERE tenant_id = $1 AND id = ANY ($2) AND id BETWEEN $3 AND $4
 ORDER BY id
   FOR UPDATE
