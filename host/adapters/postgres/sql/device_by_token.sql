-- Caller: DeviceStore::put (role belfry_app), with the token's lock held. Index: device_tokens_tenant_id_token_hash_key.
SELECT id FROM belfry.device_tokens WHERE tenant_id = $1 AND token_hash = $2
