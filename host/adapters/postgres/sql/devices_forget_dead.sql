-- Caller: DeviceStore::put (role belfry_app). Dead tokens are shown for a month. Index: device_tokens_by_user.
DELETE FROM belfry.device_tokens WHERE tenant_id = $1 AND user_hash = $2 AND disabled_at < now() - interval '30 days'
