-- Caller: IntakeStore::write with chunks (role belfry_system). The batches that chunks are appended to, locked in one order whoever
-- writes, so that two hosts take their chunks in turn and never deadlock. No batch is named twice. Index: primary key.
SELECT b.tenant_id, b.id, b.token_hash, b.state::text, b.total_expected, b.total_processed
  FROM unnest($1::uuid[], $2::uuid[]) AS t (tenant_id, id)
  JOIN belfry.batches b ON b.tenant_id = t.tenant_id AND b.id = t.id
 ORDER BY b.tenant_id, b.id
   FOR UPDATE OF b
