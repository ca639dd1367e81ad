-- Caller: IntakeStore::write with chunks (role belfry_system), in the transaction of their notifications. Index: primary key.
INSERT INTO belfry.batch_chunks (tenant_id, batch_id, chunk_index, id, content_hash, items, rejected, total_processed, response, created_at)
SELECT tenant_id, batch_id, chunk_index, id, content_hash, items, rejected, total_processed, response, created_at
  FROM unnest($1::uuid[], $2::uuid[], $3::int4[], $4::uuid[], $5::bytea[], $6::int4[], $7::int4[], $8::int8[], $9::bytea[], $10::timestamptz[])
    AS t (tenant_id, batch_id, chunk_index, id, content_hash, items, rejected, total_processed, response, created_at)
