-- Caller: IntakeStore::write with chunks (role belfry_system), behind the lock of their batches: which of them came before.
-- Index: primary key.
SELECT c.tenant_id, c.batch_id, c.chunk_index, c.id, c.content_hash, c.total_processed, c.response
  FROM unnest($1::uuid[], $2::uuid[], $3::int4[]) AS t (tenant_id, batch_id, chunk_index)
  JOIN belfry.batch_chunks c ON c.tenant_id = t.tenant_id AND c.batch_id = t.batch_id AND c.chunk_index = t.chunk_index
