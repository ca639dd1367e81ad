-- Caller: SubscriberKeyStore::live, create and reconcile (role belfry_app). Newest first. Index: primary key.
SELECT id, source, created_at, retired_at, secret
  FROM belfry.subscriber_keys WHERE tenant_id = $1 AND retired_at IS NULL ORDER BY id DESC
