-- Caller: IntakeStore::write with chunks (role belfry_system): batches that begin with their first chunk. Index: primary key.
INSERT INTO belfry.batches (tenant_id, id, token_hash, state, total_expected, total_processed, total_rejected, created_by, created_at, updated_at)
SELECT tenant_id, id, token_hash, state, total_expected, total_processed, total_rejected, created_by, created_at, created_at
  FROM unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::text[], $5::int8[], $6::int8[], $7::int8[], $8::text[], $9::timestamptz[])
    AS t (tenant_id, id, token_hash, state, total_expected, total_processed, total_rejected, created_by, created_at)
