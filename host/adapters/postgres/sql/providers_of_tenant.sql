-- Caller: CatalogueStore::reconcile (role belfry_system): row ids by slug, since secrets are sealed under them.
-- Index: primary key (tenant).
SELECT slug, id FROM belfry.provider_instances WHERE tenant_id = $1
