-- Caller: FeedStore::rewind (role belfry_system), with feed_ends locked. Compare-and-set: only to what is still kept, and only back.
-- Index: primary key.
UPDATE belfry.feed_sinks s SET rewind_to = CASE WHEN $2 < s.position THEN $2 END, updated_at = now()
  FROM belfry.feed_ends e
 WHERE s.sink = $1 AND $2 BETWEEN e.pruned_to AND s.position
