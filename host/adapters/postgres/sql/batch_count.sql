-- Caller: BatchStore::get (role belfry_app). How many notifications of a batch are in which state: each has the state of its deliveries
-- with the lowest rank. $3, $4: bounds of the ids. Index: notifications_by_batch, deliveries_by_notification, primary key of work.
SELECT s.state, count(*)
  FROM (SELECT DISTINCT ON (n.id) coalesce(w.state, d.status)::text AS state
          FROM belfry.notifications n
          JOIN belfry.deliveries d ON d.tenant_id = n.tenant_id AND d.notification_id = n.id AND d.id BETWEEN $3 AND $4
          LEFT JOIN belfry.work w ON w.tenant_id = d.tenant_id AND w.delivery_id = d.id
         WHERE n.tenant_id = $1 AND n.batch_id = $2 AND n.id BETWEEN $3 AND $4
         ORDER BY n.id, belfry.state_rank(coalesce(w.state, d.status))) s
 GROUP BY s.state
