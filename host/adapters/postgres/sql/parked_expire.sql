-- Caller: ReceiptStore::expireParked (role belfry_system). The callback of a receipt that never found its delivery says so.
-- Index: parked_receipts_by_expiry.
WITH gone AS (
  DELETE FROM belfry.parked_receipts
   WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM belfry.parked_receipts WHERE expires_at <= now() LIMIT $1)
  RETURNING tenant_id, callback_id, reason
), lost AS (
  SELECT tenant_id, callback_id, count(*)::int4 AS receipts, min(reason) AS reason FROM gone
   WHERE callback_id IS NOT NULL GROUP BY tenant_id, callback_id
), told AS (
  UPDATE belfry.inbound_callbacks c
     SET parked = greatest(c.parked - l.receipts, 0), refused = c.refused + least(l.receipts, c.parked),
         reason = 'expired_parked', detail = 'waited in vain: ' || l.reason,
         state = CASE WHEN c.state = 'parked' AND c.parked <= l.receipts THEN 'refused' ELSE c.state END
    FROM lost l
   WHERE c.tenant_id = l.tenant_id AND c.id = l.callback_id
)
SELECT count(*) FROM gone
