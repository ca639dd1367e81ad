-- Caller: DeviceStore::list and live (role belfry_app). Index: device_tokens_by_user.
SELECT id, content, platform::text, topics, created_at, refreshed_at, last_used_at, disabled_at, reason
  FROM belfry.device_tokens WHERE tenant_id = $1 AND user_hash = $2 ORDER BY id
