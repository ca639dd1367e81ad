-- Caller: CatalogueStore::reconcile (role belfry_system). Keeps id and key of a tenant that exists.
INSERT INTO belfry.tenants AS t (id, slug, name, auth, source, wrapped_key, dedup) VALUES ($1, $2, $3, $4, $5, $6, $7::text::jsonb)
ON CONFLICT (slug) DO UPDATE SET name = excluded.name, auth = excluded.auth, source = excluded.source, dedup = excluded.dedup, updated_at = now()
 WHERE (t.name, t.auth, t.source, t.dedup) IS DISTINCT FROM (excluded.name, excluded.auth, excluded.source, excluded.dedup)
RETURNING id
