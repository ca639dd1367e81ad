-- Caller: CatalogueStore::removeProvider (role belfry_system). Rows of a file are the file's. Index: primary key.
DELETE FROM belfry.provider_instances WHERE tenant_id = $1 AND id = $2 AND source = 'api' RETURNING id
