-- Caller: TemplateStore::create and reconcile (role belfry_app or belfry_system). $8: whether one that exists may be changed.
INSERT INTO belfry.templates AS t (tenant_id, id, key, engine, description, default_language, source, dedup)
VALUES ($1, $2, $3, $4, $5, $6, $7, $9::text::jsonb)
ON CONFLICT (tenant_id, key) DO UPDATE
   SET engine = excluded.engine, description = excluded.description, default_language = excluded.default_language,
       source = excluded.source, dedup = excluded.dedup, updated_at = now()
 WHERE $8
RETURNING id
