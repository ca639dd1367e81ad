-- Caller: DedupIntake::claim (role belfry_system), each key once and in the order of the keys. A key that is taken counts its doubles
-- and gives its holder; either way its row is locked to the end of the transaction, so that two hosts decide one after the other.
INSERT INTO belfry.dedup_keys AS k (tenant_id, channel, key_hash, notification_id, template_key, generated, hits, expires_at)
SELECT t.tenant_id, t.channel, t.key_hash, t.notification_id, t.template_key, t.generated, t.doubles, t.expires_at
  FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::uuid[], $5::text[], $6::bool[], $7::int4[], $8::timestamptz[])
    AS t (tenant_id, channel, key_hash, notification_id, template_key, generated, doubles, expires_at)
 ORDER BY t.tenant_id, t.channel, t.key_hash
ON CONFLICT (tenant_id, channel, key_hash) DO UPDATE SET hits = k.hits + excluded.hits + 1
RETURNING k.tenant_id, k.channel, k.key_hash, k.notification_id, k.expires_at
