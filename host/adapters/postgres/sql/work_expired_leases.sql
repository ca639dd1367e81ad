-- Caller: WorkStore::rescue (role belfry_system): whose leases ran out, so that their policies can be given to work_rescue. Usually nobody's.
-- Index: work_leased.
SELECT DISTINCT tenant_id, channel FROM belfry.work WHERE lease_until < now()
