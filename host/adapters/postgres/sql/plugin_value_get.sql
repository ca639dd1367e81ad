-- Caller: PluginValues::get (role belfry_system). Index: primary key.
SELECT value FROM belfry.plugin_values
 WHERE tenant_id = $1 AND provider_id = $2 AND key_hash = $3 AND expires_at > now()
