-- Caller: FeedStore::sequence (role belfry_system), under the sequencer's advisory lock. Moves a group of committed events into the
-- feed; positions follow the per-delivery sequence number. Index: outbox's primary key, once: the rows found are deleted by their place
-- (ctid), which is theirs for the whole statement, since nobody updates an outbox row and only the sequencer deletes one.
WITH taken AS (
  DELETE FROM belfry.outbox
   WHERE ctid = ANY (ARRAY(SELECT ctid FROM belfry.outbox ORDER BY tenant_id, delivery_id, seq LIMIT $1))
  RETURNING *
), moved AS (
  UPDATE belfry.feed_ends e SET head = e.head + t.count
    FROM (SELECT count(*) FROM taken) AS t
   WHERE t.count > 0
  RETURNING e.head - t.count AS before, t.count
), placed AS (
  INSERT INTO belfry.feed (pos, tenant_id, delivery_id, seq, notification_id, type, at, attempt, provider, channel, priority, due_at)
  SELECT m.before + row_number() OVER (ORDER BY t.delivery_id, t.seq), t.tenant_id, t.delivery_id, t.seq, t.notification_id, t.type, t.at,
         t.attempt, t.provider, t.channel, t.priority, t.due_at
    FROM taken t CROSS JOIN moved m
)
SELECT count, pg_notify('belfry_feed', '') FROM moved
