-- Caller: DedupStore::archive (role belfry_system): what has expired is counted into its day and goes. Returns how many went.
-- Index: dedup_keys_by_expiry.
WITH gone AS (
  DELETE FROM belfry.dedup_keys k
   USING (SELECT tenant_id, channel, key_hash FROM belfry.dedup_keys WHERE expires_at <= now()
           ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED) e
   WHERE k.tenant_id = e.tenant_id AND k.channel = e.channel AND k.key_hash = e.key_hash
  RETURNING k.tenant_id, (k.created_at AT TIME ZONE 'UTC')::date AS day, k.channel, coalesce(k.template_key, '') AS template_key, k.hits
), counted AS (
  INSERT INTO belfry.dedup_days AS d (tenant_id, day, channel, template_key, keys, hits)
  SELECT tenant_id, day, channel, template_key, count(*), sum(hits) FROM gone
   GROUP BY tenant_id, day, channel, template_key ORDER BY tenant_id, day, channel, template_key
  ON CONFLICT (tenant_id, day, channel, template_key) DO UPDATE SET keys = d.keys + excluded.keys, hits = d.hits + excluded.hits
)
SELECT count(*) FROM gone
