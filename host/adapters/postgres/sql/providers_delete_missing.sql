-- Caller: CatalogueStore::reconcile (role belfry_system): instances that left the tenant's file. Index: primary key (tenant).
DELETE FROM belfry.provider_instances WHERE tenant_id = $1 AND source = 'file' AND NOT slug = ANY ($2)
