-- Caller: IntakeStore::write (role belfry_system), in the transaction of the insert: wakes the workers of the other hosts. $1: who says
-- so, since it knows already. No index.
SELECT pg_notify('belfry_work', $1)
