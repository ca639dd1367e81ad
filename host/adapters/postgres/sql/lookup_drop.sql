-- Caller: LookUpStore::answered (role belfry_system): the delivery has gone on, or is gone, since it was to be asked about. $3 the attempt.
-- Index: primary key.
DELETE FROM belfry.lookups WHERE tenant_id = $1 AND delivery_id = $2 AND attempt = $3
