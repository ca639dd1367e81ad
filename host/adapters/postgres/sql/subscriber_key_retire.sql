-- Caller: SubscriberKeyStore::retire (role belfry_app). Idempotent: the first time stays. Index: primary key.
UPDATE belfry.subscriber_keys SET retired_at = coalesce(retired_at, now()), secret = '' WHERE tenant_id = $1 AND id = $2
RETURNING id, source, created_at, retired_at
