-- Caller: ReceiptStore::apply (role belfry_system). What receipts add to timelines and to the feed, with the numbers that the locks made
-- certain. Index: primary keys.
WITH e AS (
  SELECT *
    FROM unnest($2::uuid[], $3::int4[], $4::uuid[], $5::text[], $6::timestamptz[], $7::int4[], $8::text[], $9::text[])
      AS t (delivery_id, seq, notification_id, type, at, attempt, provider, detail)
), told AS (
  INSERT INTO belfry.delivery_events (tenant_id, delivery_id, seq, type, at, attempt, provider, detail)
  SELECT $1, delivery_id, seq, type, at, attempt, provider, detail::jsonb FROM e
)
INSERT INTO belfry.outbox (tenant_id, delivery_id, seq, notification_id, type, at, attempt, provider)
SELECT $1, delivery_id, seq, notification_id, type, at, attempt, provider FROM e
