#pragma once

#include "adapters/postgres/pool.h"
#include "ports/audit_store.h"

namespace belfry::pg {

class PgAuditStore final : public AuditStore {
 public:
  /// `tenant_pool` has the role belfry_app.
  explicit PgAuditStore(Pool& tenant_pool) : tenant_pool_(tenant_pool) {}

  std::vector<AuditEntry> list(TenantId tenant, const AuditFilter& filter, std::optional<AuditId> before,
                               int limit) override;

 private:
  Pool& tenant_pool_;
};

}  // namespace belfry::pg
