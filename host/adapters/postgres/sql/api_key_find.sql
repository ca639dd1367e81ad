-- Caller: KeyStore::find (role belfry_system; the tenant is not known yet). Index: api_keys_public_id_key.
SELECT k.tenant_id, k.id, k.hash, t.slug, k.name, k.roles, k.scopes, k.expires_at, k.revoked_at
  FROM belfry.api_keys k JOIN belfry.tenants t ON t.id = k.tenant_id
 WHERE k.public_id = $1
