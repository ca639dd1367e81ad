-- Caller: CallbackStore::reopenAll (role belfry_system). $2, $3: from and to as id bounds. Left since ever, so that takeLeft finds them.
-- Index: inbound_callbacks_by_state, or the primary key.
UPDATE belfry.inbound_callbacks c
   SET state = 'received', reason = NULL, detail = NULL, receipts = 0, kept = 0, refused = 0, parked = 0, attempts = 0,
       begun_at = '-infinity', processed_at = NULL
  FROM (SELECT tenant_id, id FROM belfry.inbound_callbacks
         WHERE tenant_id = $1 AND id >= $2 AND id < $3 AND state <> 'received'
           AND ($4::text IS NULL OR state = $4) AND ($5::text IS NULL OR provider = $5)
         ORDER BY id LIMIT $6 FOR UPDATE) p
 WHERE c.tenant_id = p.tenant_id AND c.id = p.id
