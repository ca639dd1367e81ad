-- Caller: TemplateStore::resolve (role belfry_app): the version to send. $3 version or NULL for the newest published one; $4 language
-- or NULL for the template's default. The asked language comes first, then the default; a version that is named goes in whatever
-- language it has. Index: primary keys.
SELECT t.id, t.engine, v.version, v.language, v.content, v.required, v.state, t.dedup
  FROM belfry.templates t
  JOIN belfry.template_versions v ON v.tenant_id = t.tenant_id AND v.template_id = t.id
 WHERE t.tenant_id = $1 AND t.key = $2
   AND CASE WHEN $3::int4 IS NULL THEN v.state = 'published' ELSE v.version = $3 END
   AND ($3 IS NOT NULL OR v.language IN (coalesce($4::text, t.default_language), t.default_language))
 ORDER BY (v.language = coalesce($4, t.default_language)) DESC, (v.language = t.default_language) DESC, v.version DESC LIMIT 1
