-- Caller: DedupIntake::handOver (role belfry_system): a later one takes the place of the first. $6: what was counted as a double and is
-- none, because the first was called off. Index: primary key.
UPDATE belfry.dedup_keys k
   SET notification_id = t.notification_id, expires_at = t.expires_at, hits = greatest(k.hits - t.uncounted, 0)
  FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::uuid[], $5::timestamptz[], $6::int4[])
    AS t (tenant_id, channel, key_hash, notification_id, expires_at, uncounted)
 WHERE k.tenant_id = t.tenant_id AND k.channel = t.channel AND k.key_hash = t.key_hash
