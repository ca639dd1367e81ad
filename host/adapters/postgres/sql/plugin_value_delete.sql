-- Caller: PluginValues::put of an empty value (role belfry_system). Index: primary key.
DELETE FROM belfry.plugin_values WHERE tenant_id = $1 AND provider_id = $2 AND key_hash = $3
