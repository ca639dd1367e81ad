-- Caller: KeyStore::list (role belfry_app). Newest first. Index: primary key.
SELECT id, public_id, name, roles, scopes, created_at, expires_at, revoked_at, last_used_at
  FROM belfry.api_keys WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3
