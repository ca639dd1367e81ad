#pragma once

#include "adapters/postgres/pool.h"
#include "ports/statistics_store.h"

namespace belfry::pg {

class PgStatisticsStore final : public StatisticsStore {
 public:
  /// `tenant_pool` has the role belfry_app, `system_pool` the role belfry_system.
  PgStatisticsStore(Pool& tenant_pool, Pool& system_pool);

  int follow(int limit) override;
  std::vector<StatisticsRow> read(TenantId tenant, const StatisticsQuery& query) override;
  int prune(int older_than_days, int limit) override;

 private:
  Pool& tenant_pool_;
  Pool& system_pool_;
};

}  // namespace belfry::pg
