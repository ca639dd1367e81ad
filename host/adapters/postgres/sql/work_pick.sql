-- Caller: QueueOperationStore::step (role belfry_system) and survey (role belfry_app). Looks at the next $4 waiting deliveries of a tenant and names those
-- that match, at most $5. $2, $3: between these ids, both exclusive. $6 channel, $7 priority, $8 state, $9 provider, $10 error code,
-- $11 batch, $12 notifications; NULL: any. Index: primary keys.
WITH seen AS MATERIALIZED (
  SELECT delivery_id, notification_id, channel, priority, state, lease_until FROM belfry.work
   WHERE tenant_id = $1 AND delivery_id > $2 AND delivery_id < $3
   ORDER BY delivery_id LIMIT $4
)
SELECT (SELECT count(*) FROM seen), (SELECT delivery_id FROM seen ORDER BY delivery_id DESC LIMIT 1),
       ARRAY(
         SELECT s.delivery_id FROM seen s
          WHERE s.lease_until IS NULL
            AND ($6::text IS NULL OR s.channel = $6)
            AND ($7::int8 IS NULL OR s.priority = $7)
            AND ($8::text IS NULL OR s.state = $8)
            AND ($12::uuid[] IS NULL OR s.notification_id = ANY ($12))
            AND ($9::text IS NULL AND $10::text IS NULL OR EXISTS (
                  SELECT FROM belfry.deliveries d
                   WHERE d.tenant_id = $1 AND d.id = s.delivery_id
                     AND ($9 IS NULL OR d.provider = $9) AND ($10 IS NULL OR d.error_code = $10)))
            AND ($11::uuid IS NULL OR EXISTS (
                  SELECT FROM belfry.notifications n WHERE n.tenant_id = $1 AND n.id = s.notification_id AND n.batch_id = $11))
          ORDER BY s.delivery_id LIMIT $5)
