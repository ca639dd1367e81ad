-- Caller: ReceiptStore::apply (role belfry_system). Moves deliveries on; one that was still to be tried again has no work left.
-- $2 … $7: those that change state; $8, $9: least and greatest id; $10, $11: live ones that only got events, and their last number.
-- Index: primary keys.
WITH s AS (
  SELECT *
    FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
      AS t (delivery_id, state, provider, provider_message_id, error_code, error_detail)
), numbered AS (
  UPDATE belfry.work w SET seq = t.seq
    FROM unnest($10::uuid[], $11::int4[]) AS t (delivery_id, seq)
   WHERE w.tenant_id = $1 AND w.delivery_id = t.delivery_id
), gone AS (
  DELETE FROM belfry.work w USING s WHERE w.tenant_id = $1 AND w.delivery_id = s.delivery_id
)
UPDATE belfry.deliveries d
   SET status = s.state, provider = coalesce(d.provider, s.provider),
       provider_message_id = coalesce(d.provider_message_id, s.provider_message_id),
       error_code = s.error_code, error_detail = s.error_detail, updated_at = now()
  FROM s
 WHERE d.tenant_id = $1 AND d.id = s.delivery_id AND d.id BETWEEN $8 AND $9
