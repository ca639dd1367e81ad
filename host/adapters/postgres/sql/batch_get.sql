-- Caller: BatchStore::get and exists (role belfry_app). Index: primary key.
SELECT id, state::text, total_expected, total_processed, total_rejected, created_by, created_at, updated_at
  FROM belfry.batches WHERE tenant_id = $1 AND id = $2
