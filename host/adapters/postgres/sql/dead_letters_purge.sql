-- Caller: QueueOperationStore::step and DeadLetterStore::purge (role belfry_system). Of $2, those that are still dead go; one that is being
-- replayed is left to that. Index: primary key.
DELETE FROM belfry.dead_letters d
 USING (SELECT id FROM belfry.dead_letters WHERE tenant_id = $1 AND id = ANY ($2) AND state = 'dead' ORDER BY id FOR UPDATE) p
 WHERE d.tenant_id = $1 AND d.id = p.id
