-- Caller: Keyring, when a tenant's key is not cached (role belfry_system). Index: primary key.
SELECT wrapped_key FROM belfry.tenants WHERE id = $1
