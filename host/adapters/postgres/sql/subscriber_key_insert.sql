-- Caller: SubscriberKeyStore::create and reconcile (role belfry_app).
INSERT INTO belfry.subscriber_keys (tenant_id, id, secret, source) VALUES ($1, $2, $3, $4)
RETURNING id, source, created_at, retired_at
