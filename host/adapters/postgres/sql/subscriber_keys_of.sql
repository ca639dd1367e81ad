-- Caller: SubscriberKeyStore::list (role belfry_app). Index: primary key.
SELECT id, source, created_at, retired_at FROM belfry.subscriber_keys WHERE tenant_id = $1 ORDER BY id
