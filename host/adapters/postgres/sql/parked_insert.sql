-- Caller: ReceiptStore::apply (role belfry_system). A double of one that waits already is one with it. Index: parked_receipts' unique key.
INSERT INTO belfry.parked_receipts (tenant_id, id, callback_id, provider, delivery_id, attempt, message_hash, key, receipt, reason,
                                    received_at, expires_at)
SELECT $1, id, $2, $3, delivery_id, attempt, message_hash, key, receipt, reason, $4, now() + $5 * interval '1 second'
  FROM unnest($6::uuid[], $7::uuid[], $8::int4[], $9::bytea[], $10::bytea[], $11::bytea[], $12::text[])
    AS t (id, delivery_id, attempt, message_hash, key, receipt, reason)
ON CONFLICT DO NOTHING
RETURNING id
