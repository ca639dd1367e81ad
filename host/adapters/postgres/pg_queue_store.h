#pragma once

#include "adapters/postgres/pool.h"
#include "ports/queue_store.h"

namespace belfry::pg {

class PgQueueStore final : public QueueStore {
 public:
  /// `tenant_pool` has the role belfry_app (reading), `system_pool` belfry_system.
  PgQueueStore(Pool& tenant_pool, Pool& system_pool) : tenant_pool_(tenant_pool), system_pool_(system_pool) {}

  std::vector<QueueDepth> depths(TenantId tenant) override;
  std::vector<QueueFlow> flows(TenantId tenant, const FlowWindows& windows) override;
  std::vector<StandingQueue> standing() override;
  std::vector<QueueTotal> totals() override;
  int park(TenantId tenant, QueueName queue, int limit) override;
  int unpark(TenantId tenant, QueueName queue, int limit) override;

 private:
  Pool& tenant_pool_;
  Pool& system_pool_;
};

}  // namespace belfry::pg
