-- Caller: DedupStore::extend (role belfry_app). $2: channels; $3: hashes; $4 ms longer, $5 ms from now at most. Index: primary key.
UPDATE belfry.dedup_keys
   SET expires_at = least(expires_at + $4 * interval '1 ms', greatest(expires_at, now() + $5 * interval '1 ms'))
 WHERE tenant_id = $1 AND channel = ANY ($2::text[]) AND key_hash = ANY ($3::bytea[]) AND expires_at > now()
RETURNING channel, key_hash, notification_id, template_key, generated, hits, created_at, expires_at
