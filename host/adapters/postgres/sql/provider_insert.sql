-- Caller: CatalogueStore::createProvider (role belfry_system). No row when the slug is taken.
INSERT INTO belfry.provider_instances
       (tenant_id, id, slug, plugin, channel, priority, weight, enabled, simulate, config, secrets, callback_id, source)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::jsonb, $11, $12, 'api')
ON CONFLICT (tenant_id, slug) DO NOTHING
RETURNING id
