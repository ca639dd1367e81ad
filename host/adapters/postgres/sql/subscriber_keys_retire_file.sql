-- Caller: SubscriberKeyStore::reconcile (role belfry_app). All live keys of the tenant's file but the $2 newest. Index: primary key.
UPDATE belfry.subscriber_keys SET retired_at = now(), secret = ''
 WHERE tenant_id = $1 AND id IN (
   SELECT id FROM belfry.subscriber_keys WHERE tenant_id = $1 AND source = 'file' AND retired_at IS NULL ORDER BY id DESC OFFSET $2::int4)
