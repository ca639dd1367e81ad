-- Caller: PauseStore::anyLeft (role belfry_app). Whether anything of a channel (NULL: of the tenant) waits or is in flight.
-- Index: work_queue, work's primary key.
SELECT CASE WHEN $2::text IS NULL THEN EXISTS (SELECT FROM belfry.work WHERE tenant_id = $1)
            ELSE EXISTS (SELECT FROM belfry.work WHERE tenant_id = $1 AND channel = $2 AND lease_until IS NULL)
              OR EXISTS (SELECT FROM belfry.work WHERE tenant_id = $1 AND channel = $2 AND lease_until > timestamptz '-infinity') END
