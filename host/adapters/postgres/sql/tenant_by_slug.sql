-- Caller: CatalogueStore::reconcile (role belfry_system): one reconciler of a tenant at a time. Index: tenants_slug_key.
SELECT id FROM belfry.tenants WHERE slug = $1 FOR UPDATE
