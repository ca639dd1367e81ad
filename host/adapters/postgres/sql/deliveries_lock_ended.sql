-- Caller: QueueOperationStore::step (role belfry_system). Those of $2 that are still in state $5; a receipt that moves one on meanwhile
-- wins. $3, $4: least and greatest delivery id. Index: primary key.
SELECT id FROM belfry.deliveries
 WHERE tenant_id = $1 AND id = ANY ($2) AND id BETWEEN $3 AND $4 AND status = $5
 ORDER BY id
   FOR UPDATE SKIP LOCKED
