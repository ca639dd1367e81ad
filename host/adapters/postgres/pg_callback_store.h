#pragma once

#include "adapters/postgres/keyring.h"
#include "adapters/postgres/pool.h"
#include "ports/callback_store.h"

namespace belfry::pg {

class PgCallbackStore final : public CallbackStore {
 public:
  /// `tenant_pool` has the role belfry_app (reading), `system_pool` belfry_system.
  PgCallbackStore(Pool& tenant_pool, Pool& system_pool, Keyring& keyring, const Clock& clock);

  void store(std::span<const StoredCallback> group) override;
  void finish(TenantId tenant, CallbackId id, const CallbackEnd& end) override;
  std::vector<StoredCallback> takeLeft(Duration left_for, int most_attempts, int limit) override;
  std::optional<CallbackView> get(TenantId tenant, CallbackId id) override;
  std::vector<CallbackView> list(TenantId tenant, const CallbackFilter& filter, std::optional<CallbackId> before,
                                 int limit) override;
  std::optional<StoredCallback> reopen(TenantId tenant, CallbackId id) override;
  int reopenAll(TenantId tenant, const CallbackFilter& filter, int limit, bool dry_run) override;
  int prune(std::chrono::hours keep, int limit) override;

 private:
  std::optional<StoredCallback> toStored(const Row& row);
  std::optional<RawCallback> openRaw(TenantId tenant, CallbackId id, std::string_view sealed);

  Pool& tenant_pool_;
  Pool& system_pool_;
  Keyring& keyring_;
  const Clock& clock_;
};

}  // namespace belfry::pg
