-- Caller: TemplateStore::list (role belfry_app). By key. Index: templates_tenant_id_key_key.
SELECT t.id, t.key, t.engine, t.description, t.default_language, t.source, t.created_at, t.updated_at,
       (SELECT max(version) FROM belfry.template_versions v WHERE v.tenant_id = t.tenant_id AND v.template_id = t.id AND v.state = 'published'),
       t.dedup
  FROM belfry.templates t WHERE t.tenant_id = $1 AND t.key > $2 ORDER BY t.key LIMIT $3
