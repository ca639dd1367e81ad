-- Caller: CallbackStore::get (role belfry_app). Index: primary key.
SELECT id, provider, plugin, method, state, reason, detail, receipts, kept, refused, parked, attempts, received_at, processed_at, request
  FROM belfry.inbound_callbacks
 WHERE tenant_id = $1 AND id = $2
