-- Caller: WorkStore::settle (role belfry_system), in the transaction of the settlement and only when it left something unknown that a
-- provider can be asked about. $1 … $4: deliveries, attempts and who had them; $5, $6: least and greatest delivery id; $7 how long to wait
-- with the first question, in ms. Index: primary keys.
INSERT INTO belfry.lookups (tenant_id, delivery_id, channel, attempt, provider, resend, due_at)
SELECT d.tenant_id, d.id, d.channel, d.attempt, t.provider, false, now() + $7 * interval '1 ms'
  FROM unnest($1::uuid[], $2::uuid[], $3::int4[], $4::text[]) AS t (tenant_id, delivery_id, attempt, provider)
  JOIN belfry.deliveries d ON d.tenant_id = t.tenant_id AND d.id = t.delivery_id AND d.attempt = t.attempt AND d.id BETWEEN $5 AND $6
 WHERE d.status = 'unknown'
ON CONFLICT (tenant_id, delivery_id) DO UPDATE
   SET attempt = excluded.attempt, provider = excluded.provider, resend = false, asked = 0, due_at = excluded.due_at
