-- Caller: SubscriberKeyStore::create and reconcile (role belfry_app): one at a time for a tenant, until the end of the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('belfry.subscriber_keys' || $1::uuid::text, 0))
