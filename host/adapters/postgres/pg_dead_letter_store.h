#pragma once

#include "adapters/postgres/keyring.h"
#include "adapters/postgres/pool.h"
#include "adapters/postgres/transaction.h"
#include "ports/dead_letter_store.h"

namespace belfry::pg {

class PgDeadLetterStore final : public DeadLetterStore {
 public:
  /// `tenant_pool` has the role belfry_app (reading), `system_pool` belfry_system.
  PgDeadLetterStore(Pool& tenant_pool, Pool& system_pool, Keyring& keyring)
      : tenant_pool_(tenant_pool), system_pool_(system_pool), keyring_(keyring) {}

  std::vector<DeadLetter> list(TenantId tenant, const DeadLetterFilter& filter, std::optional<DeadLetterId> before,
                               int limit) override;
  std::optional<DeadLetter> get(TenantId tenant, DeadLetterId id) override;
  DeadLetterChange replay(DeadLetterId id, const AuditEntry& audit) override;
  DeadLetterChange replayAs(DeadLetterId id, const NewNotification& corrected, const AuditEntry& audit) override;
  DeadLetterChange purge(DeadLetterId id, const AuditEntry& audit) override;
  int prune(const DeadLetterRetention& retention, int limit) override;
  std::vector<DeadLetterTotal> totals(std::int64_t most) override;

 private:
  /// Locks the delivery, then does `change(transaction, letter)`, which answers whether it did anything.
  template <class Change>
  DeadLetterChange changed(DeadLetterId id, const AuditEntry& audit, Change change);

  Pool& tenant_pool_;
  Pool& system_pool_;
  Keyring& keyring_;
};

}  // namespace belfry::pg
