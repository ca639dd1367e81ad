-- Caller: InboxStore::one and markRead (role belfry_app). Index: primary key.
SELECT id, notification_id, content, created_at, read_at
  FROM belfry.inbox_items
 WHERE tenant_id = $1 AND user_hash = $2 AND id = $3 AND deleted_at IS NULL
