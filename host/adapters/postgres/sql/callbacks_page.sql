-- Caller: CallbackStore::list (role belfry_app). Newest first. $2 cursor (exclusive upper id), $3, $4: from and to as id bounds.
-- Index: primary key, or inbound_callbacks_by_state.
SELECT id, provider, plugin, method, state, reason, detail, receipts, kept, refused, parked, attempts, received_at, processed_at
  FROM belfry.inbound_callbacks
 WHERE tenant_id = $1 AND id < $2 AND id >= $3 AND id < $4
   AND ($5::text IS NULL OR state = $5)
   AND ($6::text IS NULL OR provider = $6)
 ORDER BY id DESC LIMIT $7
