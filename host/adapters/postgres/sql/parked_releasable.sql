-- Caller: ReceiptStore::releasable (role belfry_system). What waited for an attempt that is settled by now, or for a message that is
-- known by now. Index: parked_receipts' and work's primary keys, provider_message_ids'.
SELECT p.tenant_id, p.id, p.callback_id, p.provider, p.delivery_id, p.attempt, p.receipt, p.received_at
  FROM belfry.parked_receipts p
  LEFT JOIN belfry.work w ON w.tenant_id = p.tenant_id AND w.delivery_id = p.delivery_id
 WHERE p.expires_at > now()
   AND CASE WHEN p.delivery_id IS NULL
            THEN EXISTS (SELECT FROM belfry.provider_message_ids m
                          WHERE m.tenant_id = p.tenant_id AND m.provider = p.provider AND m.message_hash = p.message_hash)
            ELSE w.delivery_id IS NULL OR (w.state <> 'sending' AND w.attempt >= greatest(p.attempt, 1)) END
 ORDER BY p.tenant_id, p.provider, p.callback_id, p.id LIMIT $1
