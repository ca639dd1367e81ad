-- Caller: InboxStore::markUnread (role belfry_app). first_read_at stays: the event was written once. Index: primary key.
UPDATE belfry.inbox_items SET read_at = NULL
 WHERE tenant_id = $1 AND user_hash = $2 AND id = $3 AND deleted_at IS NULL
RETURNING id, notification_id, content, created_at, read_at
