-- Caller: CatalogueStore::providers (role belfry_system).
SELECT tenant_id, id, slug, plugin, channel, priority, weight, enabled, simulate, config, secrets, callback_id, source, problem
  FROM belfry.provider_instances ORDER BY tenant_id, channel, priority, slug
