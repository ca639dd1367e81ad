-- Caller: UpkeepStore::sequenceFeed (role belfry_system), under the sequencer's advisory lock. Moves a group of committed events into the
-- feed; positions follow the per-delivery sequence number. Index: outbox's primary key, once: the rows found are deleted by their place
-- (ctid), which is theirs for the whole statement, since nobody updates an outbox row and only the sequencer deletes one.
WITH taken AS (
  DELETE FROM belfry.outbox
   WHERE ctid = ANY (ARRAY(SELECT ctid FROM belfry.outbox ORDER BY tenant_id, delivery_id, seq LIMIT $1))
  RETURNING *
), placed AS (
  INSERT INTO belfry.feed (tenant_id, delivery_id, seq, notification_id, type, at)
  SELECT tenant_id, delivery_id, seq, notification_id, type, at FROM taken ORDER BY delivery_id, seq
  RETURNING 1
)
SELECT count(*) FROM placed
