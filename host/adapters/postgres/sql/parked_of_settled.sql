-- Caller: WorkStore::settle (role belfry_system), behind work_settle in the same transaction: a receipt that came before its settlement
-- either was parked before the settlement got the delivery's lock, and is seen here, or finds the delivery settled. $1 … $4: tenants,
-- deliveries, providers, message ids (NULL: none). Index: parked_receipts_by_delivery, parked_receipts_by_message.
SELECT EXISTS (
  SELECT FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS s (tenant_id, delivery_id, provider, message_id)
   WHERE EXISTS (SELECT FROM belfry.parked_receipts p WHERE p.tenant_id = s.tenant_id AND p.delivery_id = s.delivery_id)
      OR EXISTS (SELECT FROM belfry.parked_receipts p
                  WHERE p.tenant_id = s.tenant_id AND p.provider = s.provider AND p.delivery_id IS NULL
                    AND p.message_hash = sha256(convert_to(s.message_id, 'UTF8'))))
