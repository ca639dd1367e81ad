-- Caller: TemplateStore::publish (role belfry_app). Idempotent. Index: primary key.
UPDATE belfry.template_versions SET state = 'published', published_at = coalesce(published_at, now())
 WHERE tenant_id = $1 AND template_id = $2 AND version = $3
RETURNING version
