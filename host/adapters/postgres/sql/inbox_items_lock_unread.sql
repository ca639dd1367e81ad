-- Caller: InboxStore::markRead and markAllRead (role belfry_system). $3 one item or NULL, $4 the latest time or NULL, $5 how many.
-- Locked in the order of ids, which all keep. Index: primary key or inbox_items_unread.
SELECT id, first_read_at IS NULL
  FROM belfry.inbox_items
 WHERE tenant_id = $1 AND user_hash = $2 AND deleted_at IS NULL AND read_at IS NULL
   AND ($3::uuid IS NULL OR id = $3)
   AND ($4::timestamptz IS NULL OR created_at <= $4)
 ORDER BY id LIMIT $5
   FOR UPDATE
