-- Caller: CallbackStore::reopenAll as a dry run (role belfry_app). The same choice as callbacks_reopen.
-- Index: inbound_callbacks_by_state, or the primary key.
SELECT count(*)
  FROM (SELECT FROM belfry.inbound_callbacks
         WHERE tenant_id = $1 AND id >= $2 AND id < $3 AND state <> 'received'
           AND ($4::text IS NULL OR state = $4) AND ($5::text IS NULL OR provider = $5)
         LIMIT $6) p
