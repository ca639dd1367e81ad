-- Caller: ReceiptStore::apply (role belfry_system): receipts of a callback that were parked are dealt with. $3 kept, $4 refused of
-- them, $5 the reason of the first refused one. Index: primary key.
UPDATE belfry.inbound_callbacks
   SET kept = kept + $3, refused = refused + $4, parked = greatest(parked - $3 - $4, 0),
       receipts = kept + $3 + refused + $4 + greatest(parked - $3 - $4, 0),
       reason = CASE WHEN $4 > 0 THEN coalesce($5, reason) WHEN parked - $3 <= 0 AND state = 'parked' THEN NULL ELSE reason END,
       state = CASE WHEN state <> 'parked' THEN state
                    WHEN kept + $3 > 0 THEN 'processed'
                    WHEN parked - $3 - $4 <= 0 THEN 'refused'
                    ELSE state END
 WHERE tenant_id = $1 AND id = $2
