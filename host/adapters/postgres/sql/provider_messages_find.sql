-- Caller: ReceiptStore::apply (role belfry_system): receipts that bring only the provider's id of a message. Index: primary key.
SELECT message_hash, min(delivery_id::text)::uuid, max(attempt), count(*)
  FROM belfry.provider_message_ids
 WHERE tenant_id = $1 AND provider = $2 AND message_hash = ANY ($3)
 GROUP BY message_hash
