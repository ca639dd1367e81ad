-- Caller: TemplateStore::get (role belfry_app): a template with all of its versions, newest first.
-- Index: templates_tenant_id_key_key, then the primary key of the versions.
SELECT t.id, t.key, t.engine, t.description, t.default_language, t.source, t.created_at, t.updated_at,
       v.version, v.language, v.state, v.content, v.required, v.created_at, v.published_at, t.dedup
  FROM belfry.templates t
  LEFT JOIN belfry.template_versions v ON v.tenant_id = t.tenant_id AND v.template_id = t.id
 WHERE t.tenant_id = $1 AND t.key = $2 ORDER BY v.version DESC, v.language
