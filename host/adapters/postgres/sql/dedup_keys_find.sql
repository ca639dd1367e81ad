-- Caller: DedupStore::find (role belfry_app). $2: channels; $3: hashes. What has expired is gone, whether it was pruned or not.
-- Index: primary key.
SELECT channel, key_hash, notification_id, template_key, generated, hits, created_at, expires_at
  FROM belfry.dedup_keys
 WHERE tenant_id = $1 AND channel = ANY ($2::text[]) AND key_hash = ANY ($3::bytea[]) AND expires_at > now()
 ORDER BY channel, key_hash
