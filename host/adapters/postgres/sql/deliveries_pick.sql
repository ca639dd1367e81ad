-- Caller: QueueOperationStore::step (role belfry_system) and survey (role belfry_app). Looks at the next $4 deliveries of a tenant and names those that
-- ended in state $8 and match, at most $5. $2, $3: between these ids, both exclusive. $6 channel, $7 priority, $9 provider,
-- $10 error code, $11 batch, $12 notifications; NULL: any. What failed is found while its dead letter is
-- dead. Index: primary keys, dead_letters_one_dead.
WITH seen AS MATERIALIZED (
  SELECT id, notification_id, channel, status, provider, error_code FROM belfry.deliveries
   WHERE tenant_id = $1 AND id > $2 AND id < $3
   ORDER BY id LIMIT $4
)
SELECT (SELECT count(*) FROM seen), (SELECT id FROM seen ORDER BY id DESC LIMIT 1),
       ARRAY(
         SELECT s.id FROM seen s
          WHERE s.status = $8::text
            AND (s.status <> 'failed' OR EXISTS (
                  SELECT FROM belfry.dead_letters l WHERE l.tenant_id = $1 AND l.delivery_id = s.id AND l.state = 'dead'))
            AND ($6::text IS NULL OR s.channel = $6)
            AND ($9::text IS NULL OR s.provider = $9)
            AND ($10::text IS NULL OR s.error_code = $10)
            AND ($12::uuid[] IS NULL OR s.notification_id = ANY ($12))
            AND ($7::int8 IS NULL AND $11::uuid IS NULL OR EXISTS (
                  SELECT FROM belfry.notifications n
                   WHERE n.tenant_id = $1 AND n.id = s.notification_id
                     AND ($7 IS NULL OR n.priority = $7) AND ($11 IS NULL OR n.batch_id = $11)))
          ORDER BY s.id LIMIT $5)
