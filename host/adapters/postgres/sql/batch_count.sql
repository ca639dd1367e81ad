-- Caller: BatchStore::get (role belfry_app). How many notifications of a batch are in which state: each has the state of its deliveries
-- with the lowest rank. Ranks are asked for each state that occurs and not for each row, which would cost more than all the rest.
-- $3, $4: bounds of the ids. Index: notifications_by_batch, deliveries_by_notification, primary key of work.
WITH d AS MATERIALIZED (
  SELECT n.id, coalesce(w.state, d.status)::text AS state
    FROM belfry.notifications n
    JOIN belfry.deliveries d ON d.tenant_id = n.tenant_id AND d.notification_id = n.id AND d.id BETWEEN $3 AND $4
    LEFT JOIN belfry.work w ON w.tenant_id = d.tenant_id AND w.delivery_id = d.id
   WHERE n.tenant_id = $1 AND n.batch_id = $2 AND n.id BETWEEN $3 AND $4
), ranks AS MATERIALIZED (
  SELECT s.state, belfry.state_rank(s.state) AS rank FROM (SELECT DISTINCT state FROM d) s
)
SELECT r.state, count(*)
  FROM (SELECT min(ranks.rank) AS rank FROM d JOIN ranks ON ranks.state = d.state GROUP BY d.id) n
  JOIN ranks r ON r.rank = n.rank
 GROUP BY r.state
