-- Caller: CallbackStore::reopen (role belfry_system). Index: primary key.
UPDATE belfry.inbound_callbacks
   SET state = 'received', reason = NULL, detail = NULL, receipts = 0, kept = 0, refused = 0, parked = 0, attempts = 1, begun_at = now(),
       processed_at = NULL
 WHERE tenant_id = $1 AND id = $2
RETURNING tenant_id, id, provider, plugin, method, request, received_at
