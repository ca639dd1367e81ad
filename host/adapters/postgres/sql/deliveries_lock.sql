-- Caller: InboxStore::markRead and markAllRead, DeadLetterStore::replay and replayAs (role belfry_system): whoever adds an
-- event to a settled delivery holds its row. $3, $4: least and greatest delivery id. Index: primary key.
SELECT id FROM belfry.deliveries
 WHERE tenant_id = $1 AND id = ANY ($2) AND id BETWEEN $3 AND $4
 ORDER BY id
   FOR UPDATE
