-- Caller: UpkeepStore::prunePluginValues (role belfry_system). Index: plugin_values_by_expiry.
DELETE FROM belfry.plugin_values
 WHERE (tenant_id, provider_id, key_hash) IN (
   SELECT tenant_id, provider_id, key_hash FROM belfry.plugin_values WHERE expires_at < now() LIMIT $1)
