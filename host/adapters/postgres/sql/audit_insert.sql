-- Caller: PauseStore::add, PauseStore::remove, QueueOperationStore::start (role belfry_system), in the transaction of the change. No index.
INSERT INTO belfry.audit_log (tenant_id, id, at, actor, action, target, before, after, request_id)
VALUES ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8::text::jsonb, $9)
