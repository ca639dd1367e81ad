-- Caller: ReceiptStore::apply (role belfry_system). Work before deliveries, as claim, settle, rescue and cancel do, and by id, so that
-- nobody waits in a circle. Waits for a settlement that is under way. Index: primary key.
SELECT delivery_id, state, attempt, seq
  FROM belfry.work
 WHERE tenant_id = $1 AND delivery_id = ANY ($2)
 ORDER BY delivery_id
   FOR UPDATE
