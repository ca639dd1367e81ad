-- Caller: ReceiptStore::pruneMessageIds (role belfry_system). Index: provider_message_ids_by_expiry.
DELETE FROM belfry.provider_message_ids
 WHERE (tenant_id, provider, message_hash, delivery_id) IN (
       SELECT tenant_id, provider, message_hash, delivery_id FROM belfry.provider_message_ids WHERE expires_at < now() LIMIT $1)
