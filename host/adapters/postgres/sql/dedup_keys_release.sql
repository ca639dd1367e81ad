-- Caller: DedupStore::release (role belfry_app). What the keys found stays counted. $2: channels; $3: hashes. Index: primary key.
WITH gone AS (
  DELETE FROM belfry.dedup_keys
   WHERE tenant_id = $1 AND channel = ANY ($2::text[]) AND key_hash = ANY ($3::bytea[])
  RETURNING tenant_id, (created_at AT TIME ZONE 'UTC')::date AS day, channel, coalesce(template_key, '') AS template_key, hits,
            expires_at > now() AS lived
), counted AS (
  INSERT INTO belfry.dedup_days AS d (tenant_id, day, channel, template_key, keys, hits)
  SELECT tenant_id, day, channel, template_key, count(*), sum(hits) FROM gone GROUP BY tenant_id, day, channel, template_key
   ORDER BY tenant_id, day, channel, template_key
  ON CONFLICT (tenant_id, day, channel, template_key) DO UPDATE SET keys = d.keys + excluded.keys, hits = d.hits + excluded.hits
)
SELECT count(*) FROM gone WHERE lived
