-- Caller: FeedStore::prune (role belfry_system), with feed_ends locked. Looks at the $2 oldest events and drops those that are older than
-- $1 hours and that every sink has read. Index: primary key.
WITH gone AS (
  DELETE FROM belfry.feed f
   USING (SELECT pos FROM (SELECT pos, sequenced_at FROM belfry.feed ORDER BY pos LIMIT $2) AS oldest
           WHERE sequenced_at < now() - $1 * interval '1 hour'
             AND pos <= (SELECT min(coalesce(rewind_to, position)) FROM belfry.feed_sinks)) AS old
   WHERE f.pos = old.pos
  RETURNING f.pos
), counted AS (
  SELECT count(*) AS rows, max(pos) AS last FROM gone
), noted AS (
  UPDATE belfry.feed_ends e SET pruned_to = c.last FROM counted c WHERE c.rows > 0
)
SELECT rows FROM counted
