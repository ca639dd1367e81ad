-- Caller: AuditStore::list (role belfry_app). Newest first. $2 cursor (exclusive upper id), $3, $4: from and to as id bounds.
-- Index: primary key.
SELECT id, at, actor, action, target, before, after, request_id FROM belfry.audit_log
 WHERE tenant_id = $1 AND id < $2 AND id >= $3 AND id < $4 AND ($5::text IS NULL OR action = $5)
 ORDER BY id DESC LIMIT $6
