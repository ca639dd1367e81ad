-- Caller: Keyring, when a tenant's key is not cached (role belfry_system).
SELECT wrapped_key FROM belfry.tenants WHERE id = $1
