-- Caller: CallbackStore::finish (role belfry_system). Index: primary key.
UPDATE belfry.inbound_callbacks
   SET state = $3, reason = $4, detail = $5, receipts = 0, kept = 0, refused = 0, parked = 0, processed_at = now()
 WHERE tenant_id = $1 AND id = $2 AND state = 'received'
