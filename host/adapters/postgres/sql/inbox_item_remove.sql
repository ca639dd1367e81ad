-- Caller: InboxStore::remove (role belfry_app). The row stays without its content, so that a repeated settlement cannot bring the
-- item back. Index: primary key.
UPDATE belfry.inbox_items SET deleted_at = now(), content = ''
 WHERE tenant_id = $1 AND user_hash = $2 AND id = $3 AND deleted_at IS NULL
RETURNING id
