#pragma once

#include "adapters/postgres/pool.h"
#include "ports/pause_store.h"

namespace belfry::pg {

class PgPauseStore final : public PauseStore {
 public:
  /// `tenant_pool` has the role belfry_app (reading), `system_pool` belfry_system.
  PgPauseStore(Pool& tenant_pool, Pool& system_pool) : tenant_pool_(tenant_pool), system_pool_(system_pool) {}

  std::vector<QueuePause> all() override;
  std::vector<QueuePause> of(TenantId tenant) override;
  bool add(const QueuePause& pause, const AuditEntry& audit) override;
  std::vector<QueuePause> remove(TenantId tenant, const PauseScope& scope, const AuditOf& audit) override;
  bool anyLeft(TenantId tenant, std::optional<Channel> channel) override;

 private:
  Pool& tenant_pool_;
  Pool& system_pool_;
};

}  // namespace belfry::pg
