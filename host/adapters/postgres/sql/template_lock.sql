-- Caller: TemplateStore::addVersion and publish: one writer per template. Index: templates_tenant_id_key_key.
SELECT id, engine, default_language FROM belfry.templates WHERE tenant_id = $1 AND key = $2 FOR UPDATE
