-- Caller: DedupIntake::lookAtHolders (role belfry_system): the deliveries of first ones that nobody has begun. Locked: a worker that
-- claims passes over them until this transaction ends. A claim that came before shows its row begun, and it is absent here.
-- $3, $4: least and greatest delivery id. Index: deliveries_by_notification, work's primary key.
SELECT w.tenant_id, w.delivery_id, w.notification_id, w.channel
  FROM belfry.work w
 WHERE (w.tenant_id, w.delivery_id) IN (
         SELECT d.tenant_id, d.id
           FROM unnest($1::uuid[], $2::uuid[]) AS t (tenant_id, notification_id)
           JOIN belfry.deliveries d ON d.tenant_id = t.tenant_id AND d.notification_id = t.notification_id
          WHERE d.id BETWEEN $3 AND $4)
   AND w.lease_until IS NULL AND w.attempt = 0
 ORDER BY w.tenant_id, w.delivery_id
   FOR UPDATE OF w
