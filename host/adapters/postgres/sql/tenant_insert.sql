-- Caller: CatalogueStore::createTenant (role belfry_system). No row when the slug is taken.
INSERT INTO belfry.tenants (id, slug, name, auth, source, wrapped_key) VALUES ($1, $2, $3, $4, 'api', $5)
ON CONFLICT (slug) DO NOTHING
RETURNING created_at
