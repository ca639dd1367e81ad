-- Caller: NotificationStore::list (role belfry_app). Newest first. $2 cursor (exclusive upper id), $3, $4: from and to as id bounds.
-- Index: primary key, notifications_by_user or notifications_by_batch.
SELECT n.id, n.priority, n.template_key, n.template_version, n.scheduled_at, n.expires_at, n.request, n.created_at, n.batch_id
  FROM belfry.notifications n
 WHERE n.tenant_id = $1
   AND n.id < $2 AND n.id >= $3 AND n.id < $4
   AND ($5::bytea IS NULL OR n.user_hash = $5)
   AND ($6::uuid IS NULL OR n.batch_id = $6)
   AND ($7::text IS NULL OR EXISTS (
         SELECT FROM belfry.deliveries d WHERE d.tenant_id = n.tenant_id AND d.notification_id = n.id AND d.channel = $7))
   AND ($8::text IS NULL OR $8 = (
         SELECT coalesce(w.state, d.status)
           FROM belfry.deliveries d
           LEFT JOIN belfry.work w ON w.tenant_id = d.tenant_id AND w.delivery_id = d.id
          WHERE d.tenant_id = n.tenant_id AND d.notification_id = n.id
          ORDER BY belfry.state_rank(coalesce(w.state, d.status)) LIMIT 1))
 ORDER BY n.id DESC LIMIT $9
