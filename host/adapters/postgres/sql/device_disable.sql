-- Caller: DeviceStore::disable (role belfry_app). Index: device_tokens_tenant_id_token_hash_key.
UPDATE belfry.device_tokens SET disabled_at = now(), reason = $3
 WHERE tenant_id = $1 AND token_hash = $2 AND disabled_at IS NULL RETURNING id
