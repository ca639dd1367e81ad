#pragma once

#include "adapters/postgres/keyring.h"
#include "adapters/postgres/pool.h"
#include "ports/intake_store.h"

namespace belfry::pg {

/// Group intake: one statement, one commit. After a lost connection the same group may be written again: what is
/// already there counts as stored. Used by the intake writer's thread.
class PgIntakeStore final : public IntakeStore {
 public:
  /// `pool` has the role belfry_system.
  PgIntakeStore(Pool& pool, Keyring& keyring);
  std::vector<IntakeOutcome> write(std::span<const NewNotification> group, const ClaimTerms& terms) override;
  std::optional<IntakeOutcome> findKey(TenantId tenant, const Digest256& key_hash,
                                       const Digest256& request_hash) override;

 private:
  Pool& pool_;
  Keyring& keyring_;
};

}  // namespace belfry::pg
