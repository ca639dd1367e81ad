-- Caller: DedupIntake::claim (role belfry_system): of the keys about to be claimed, those that have expired are free again and
-- counted into their day. In the order of the keys, so that hosts do not wait for each other in a ring. Index: primary key.
WITH gone AS (
  DELETE FROM belfry.dedup_keys k
   USING (SELECT o.tenant_id, o.channel, o.key_hash
            FROM unnest($1::uuid[], $2::text[], $3::bytea[]) AS t (tenant_id, channel, key_hash)
            JOIN belfry.dedup_keys o ON o.tenant_id = t.tenant_id AND o.channel = t.channel AND o.key_hash = t.key_hash
           WHERE o.expires_at <= now()
           ORDER BY o.tenant_id, o.channel, o.key_hash
             FOR UPDATE OF o) e
   WHERE k.tenant_id = e.tenant_id AND k.channel = e.channel AND k.key_hash = e.key_hash
  RETURNING k.tenant_id, (k.created_at AT TIME ZONE 'UTC')::date AS day, k.channel, coalesce(k.template_key, '') AS template_key, k.hits
)
INSERT INTO belfry.dedup_days AS d (tenant_id, day, channel, template_key, keys, hits)
SELECT tenant_id, day, channel, template_key, count(*), sum(hits) FROM gone
 GROUP BY tenant_id, day, channel, template_key ORDER BY tenant_id, day, channel, template_key
ON CONFLICT (tenant_id, day, channel, template_key) DO UPDATE SET keys = d.keys + excluded.keys, hits = d.hits + excluded.hits
