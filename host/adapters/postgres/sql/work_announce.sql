-- Caller: IntakeStore::write (role belfry_system), in the transaction of the insert: wakes the workers of every process. No index.
SELECT pg_notify('belfry_work', '')
