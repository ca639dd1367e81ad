-- Caller: IntakeStore::write with chunks (role belfry_system): what a group's chunks add to the batches that are locked. Each batch
-- is named once. Index: primary key.
UPDATE belfry.batches b
   SET state = t.state, total_processed = t.total_processed, total_rejected = b.total_rejected + t.rejected,
       updated_at = greatest(b.updated_at, t.updated_at)
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::int8[], $5::int8[], $6::timestamptz[])
    AS t (tenant_id, id, state, total_processed, rejected, updated_at)
 WHERE b.tenant_id = t.tenant_id AND b.id = t.id
