-- Caller: KeyStore::revoke (role belfry_app). Idempotent: the first revocation's time stays. Index: primary key.
UPDATE belfry.api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE tenant_id = $1 AND id = $2
RETURNING id, public_id, name, roles, scopes, created_at, expires_at, revoked_at, last_used_at
