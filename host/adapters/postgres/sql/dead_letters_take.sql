-- Caller: QueueOperationStore::step and DeadLetterStore::replay (role belfry_system), under the locks of deliveries $2. Compare-and-set:
-- who gets a delivery here replays it, nobody else does. $3 who; $4 these dead letters alone, NULL: any. Index: dead_letters_one_dead.
UPDATE belfry.dead_letters
   SET state = 'replayed', ended_at = now(), ended_by = $3
 WHERE tenant_id = $1 AND delivery_id = ANY ($2) AND state = 'dead' AND ($4::uuid[] IS NULL OR id = ANY ($4))
RETURNING delivery_id
