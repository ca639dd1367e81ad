-- Caller: CatalogueStore::changeProvider (role belfry_system). Rows of a file are the file's. Index: primary key.
UPDATE belfry.provider_instances
   SET priority = $3, weight = $4, enabled = $5, simulate = $6, config = $7::text::jsonb, secrets = $8, updated_at = now()
 WHERE tenant_id = $1 AND id = $2 AND source = 'api'
RETURNING id
