#pragma once

#include "adapters/postgres/pool.h"
#include "adapters/postgres/transaction.h"
#include "ports/queue_operation_store.h"

namespace belfry::pg {

class PgQueueOperationStore final : public QueueOperationStore {
 public:
  /// `tenant_pool` has the role belfry_app (reading), `system_pool` belfry_system.
  PgQueueOperationStore(Pool& tenant_pool, Pool& system_pool) : tenant_pool_(tenant_pool), system_pool_(system_pool) {}

  std::optional<QueueOperationId> start(const QueueOperation& operation, const AuditEntry& audit) override;
  std::optional<QueueOperation> get(TenantId tenant, QueueOperationId id) override;
  std::vector<QueueOperation> list(TenantId tenant, std::optional<QueueOperationId> before, int limit) override;
  QueueSurvey survey(TenantId tenant, const QueueWish& wish, TimePoint now) override;
  std::optional<QueueStep> step() override;

 private:
  Pool& tenant_pool_;
  Pool& system_pool_;
};

}  // namespace belfry::pg
