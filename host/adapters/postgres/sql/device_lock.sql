-- Caller: DeviceStore::put (role belfry_app). Until the end of the transaction: $1 of the user, $2 of the token.
SELECT pg_advisory_xact_lock($1), pg_advisory_xact_lock($2)
