-- Caller: NotificationStore::get (role belfry_app). Index: primary key.
SELECT id, priority, template_key, template_version, scheduled_at, expires_at, request, created_at, batch_id
  FROM belfry.notifications WHERE tenant_id = $1 AND id = $2
