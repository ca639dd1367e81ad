-- Caller: ReceiptStore::apply (role belfry_system): how a callback's receipts were dealt with. Index: primary key.
UPDATE belfry.inbound_callbacks
   SET state = $3, reason = $4, detail = NULL, receipts = $5, kept = $6, refused = $7, parked = $8, processed_at = now()
 WHERE tenant_id = $1 AND id = $2
