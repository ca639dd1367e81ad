#pragma once

#include "adapters/postgres/pool.h"
#include "ports/upkeep_store.h"

namespace belfry::pg {

class PgUpkeepStore final : public UpkeepStore {
 public:
  /// `pool` has the role belfry_system.
  explicit PgUpkeepStore(Pool& pool);

  void ping() override;
  int pruneIdempotencyKeys(int limit) override;
  int prunePluginValues(int limit) override;
  int ensurePartitions(int months_ahead) override;

 private:
  Pool& pool_;
};

}  // namespace belfry::pg
