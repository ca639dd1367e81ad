-- Caller: FeedStore::read (role belfry_app). A tenant's events at positions after $2, or after what is no longer kept where it is NULL,
-- among the next $4 positions of all tenants; at most $3. One row without a position when there are none. Index: feed's primary key;
-- one by tenant would cost every send more than these few readers save.
SELECT e.head, e.pruned_to, coalesce($2::int8, e.pruned_to) AS after,
       f.pos, f.at, f.type, f.delivery_id, f.notification_id, f.seq, f.attempt, f.provider
  FROM belfry.feed_ends e
  LEFT JOIN LATERAL (
    SELECT * FROM belfry.feed
     WHERE tenant_id = $1 AND pos > coalesce($2::int8, e.pruned_to) AND pos <= coalesce($2::int8, e.pruned_to) + $4
     ORDER BY pos LIMIT $3) AS f ON true
 ORDER BY f.pos
