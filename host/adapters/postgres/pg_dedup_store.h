#pragma once

#include "adapters/postgres/keyring.h"
#include "adapters/postgres/pool.h"
#include "ports/dedup_store.h"

namespace belfry::pg {

/// Where keys are looked at and counted; where they are claimed: DedupIntake.
class PgDedupStore final : public DedupStore {
 public:
  /// `tenant_pool` has the role belfry_app, `system_pool` belfry_system.
  PgDedupStore(Pool& tenant_pool, Pool& system_pool, Keyring& keyring);

  std::vector<DedupKeyView> find(TenantId tenant, const DedupKeyName& name) override;
  std::vector<DedupKeyView> expiring(TenantId tenant, std::optional<Channel> channel, Duration within,
                                     int limit) override;
  std::vector<DedupKeyView> extend(TenantId tenant, const DedupKeyName& name, Duration by, Duration most) override;
  int release(TenantId tenant, const DedupKeyName& name) override;
  std::vector<DedupCount> statistics(TenantId tenant, TimePoint first, TimePoint last) override;
  int archive(int limit, int keep_days) override;

 private:
  Pool& tenant_pool_;
  Pool& system_pool_;
  Keyring& keyring_;
};

}  // namespace belfry::pg
