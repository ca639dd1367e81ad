-- Caller: DeviceStore::liveOf (role belfry_app): of many users at once, oldest first. Index: device_tokens_by_user.
SELECT id, content, platform::text, topics, created_at, refreshed_at, last_used_at, disabled_at, reason
  FROM belfry.device_tokens WHERE tenant_id = $1 AND user_hash = ANY ($2) AND disabled_at IS NULL ORDER BY id
