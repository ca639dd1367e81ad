-- Caller: TemplateStore::addVersion (role belfry_app or belfry_system): the next number of its template. A row of the template is
-- locked by the caller's transaction, so numbers have no gaps. Index: primary key.
INSERT INTO belfry.template_versions (tenant_id, template_id, version, language, state, content, required, published_at)
SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5::text::jsonb, $6, CASE WHEN $4 = 'published' THEN now() END
  FROM belfry.template_versions WHERE tenant_id = $1 AND template_id = $2
RETURNING version
