-- Caller: FeedStore::sinks (role belfry_system). Index: primary keys.
SELECT s.sink, s.position, s.rewind_to, e.head, s.updated_at,
       (SELECT f.sequenced_at FROM belfry.feed f WHERE f.pos > s.position ORDER BY f.pos LIMIT 1) AS waiting_since
  FROM belfry.feed_sinks s CROSS JOIN belfry.feed_ends e
 ORDER BY s.sink
