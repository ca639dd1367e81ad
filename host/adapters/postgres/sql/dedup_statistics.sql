-- Caller: DedupStore::statistics (role belfry_app): what was counted by the day, and what the keys that are left have found so far.
-- $2, $3: first and last day, as days since 1970-01-01. Index: dedup_days_pkey, dedup_keys_pkey.
SELECT (day - DATE '1970-01-01')::int4, channel, template_key, sum(keys)::int8, sum(hits)::int8, sum(live)::int8, sum(soon)::int8
  FROM (SELECT day, channel, template_key, keys, hits, 0::int8 AS live, 0::int8 AS soon
          FROM belfry.dedup_days
         WHERE tenant_id = $1 AND day BETWEEN DATE '1970-01-01' + $2::int4 AND DATE '1970-01-01' + $3::int4
        UNION ALL
        SELECT (created_at AT TIME ZONE 'UTC')::date, channel, coalesce(template_key, ''), count(*), sum(hits),
               count(*) FILTER (WHERE expires_at > now()),
               count(*) FILTER (WHERE expires_at > now() AND expires_at <= now() + interval '1 hour')
          FROM belfry.dedup_keys
         WHERE tenant_id = $1 AND (created_at AT TIME ZONE 'UTC')::date BETWEEN DATE '1970-01-01' + $2::int4 AND DATE '1970-01-01' + $3::int4
         GROUP BY 1, 2, 3) AS both_kinds
 GROUP BY day, channel, template_key ORDER BY day, channel, template_key
