-- Caller: InboxStore::unreadCount (role belfry_app). Index: inbox_items_unread.
SELECT count(*) FROM belfry.inbox_items WHERE tenant_id = $1 AND user_hash = $2 AND deleted_at IS NULL AND read_at IS NULL
