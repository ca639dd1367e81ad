-- Caller: KeyStore::create (role belfry_app or belfry_system).
INSERT INTO belfry.api_keys (tenant_id, id, public_id, name, hash, roles, scopes, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
RETURNING created_at
