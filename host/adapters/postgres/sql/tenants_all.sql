-- Caller: CatalogueStore::tenants (role belfry_system).
SELECT id, slug, name, state, auth, source, wrapped_key, created_at, dedup FROM belfry.tenants ORDER BY slug
