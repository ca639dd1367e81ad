-- Caller: InboxStore::markRead and markAllRead (role belfry_system), with the rows locked. Index: primary key.
UPDATE belfry.inbox_items SET read_at = now(), first_read_at = coalesce(first_read_at, now())
 WHERE tenant_id = $1 AND id = ANY ($2)
