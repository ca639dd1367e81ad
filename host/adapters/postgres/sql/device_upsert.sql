-- Caller: DeviceStore::put (role belfry_app), with the token's lock held. Index: primary key.
INSERT INTO belfry.device_tokens AS d (tenant_id, id, user_hash, token_hash, content, platform, topics) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (tenant_id, id) DO UPDATE
   SET user_hash = excluded.user_hash, content = excluded.content, platform = excluded.platform, topics = excluded.topics,
       refreshed_at = now(), disabled_at = NULL, reason = NULL
RETURNING id, content, platform::text, topics, created_at, refreshed_at, last_used_at, disabled_at, reason
