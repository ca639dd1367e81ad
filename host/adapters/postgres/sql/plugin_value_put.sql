-- Caller: PluginValues::put (role belfry_system). Index: primary key.
INSERT INTO belfry.plugin_values (tenant_id, provider_id, key_hash, value, expires_at)
VALUES ($1, $2, $3, $4, now() + $5::int8 * interval '1 ms')
ON CONFLICT (tenant_id, provider_id, key_hash) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
