#pragma once

#include "adapters/postgres/pool.h"
#include "ports/batch_store.h"

namespace belfry::pg {

class PgBatchStore final : public BatchStore {
 public:
  /// `pool` has the role belfry_app.
  explicit PgBatchStore(Pool& pool);
  std::optional<belfry::Batch> get(TenantId tenant, BatchId id) override;
  bool exists(TenantId tenant, BatchId id) override;

 private:
  Pool& pool_;
};

}  // namespace belfry::pg
