-- Caller: InboxStore::page (role belfry_app). Newest first. $3, $4: where the last page ended, or NULL; $5: only read, or only unread
-- ones; $6 keyed hash of the category. Index: inbox_items_by_user.
SELECT id, notification_id, content, created_at, read_at
  FROM belfry.inbox_items
 WHERE tenant_id = $1 AND user_hash = $2 AND deleted_at IS NULL
   AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4::uuid))
   AND ($5::bool IS NULL OR (read_at IS NOT NULL) = $5)
   AND ($6::bytea IS NULL OR category_hash = $6)
 ORDER BY created_at DESC, id DESC LIMIT $7
