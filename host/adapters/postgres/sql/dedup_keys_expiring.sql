-- Caller: DedupStore::expiring (role belfry_app): soonest first. $2: channels; $3 ms from now. Index: dedup_keys_by_expiry.
SELECT channel, key_hash, notification_id, template_key, generated, hits, created_at, expires_at
  FROM belfry.dedup_keys
 WHERE tenant_id = $1 AND channel = ANY ($2::text[]) AND expires_at > now() AND expires_at <= now() + $3 * interval '1 ms'
 ORDER BY expires_at, channel, key_hash LIMIT $4
