#pragma once

#include "adapters/postgres/keyring.h"
#include "adapters/postgres/pool.h"
#include "ports/work_store.h"

namespace belfry::pg {

class PgWorkStore final : public WorkStore {
 public:
  /// `pool` has the role belfry_system.
  PgWorkStore(Pool& pool, Keyring& keyring);

  std::vector<ClaimedWork> claim(std::span<const ReadyDelivery> ready, const ClaimTerms& terms) override;
  std::vector<ClaimedWork> claimFrom(std::span<const LaneRoom> lanes, const ClaimTerms& terms) override;
  SettledGroup settle(std::span<const Settlement> group) override;
  void release(std::span<const ClaimedDelivery> claims, const Uuid& owner) override;
  std::vector<RescuedDelivery> rescue(const std::map<Channel, RescuePolicy>& policies, int limit) override;

 private:
  std::vector<ClaimedWork> claimBy(const Statement& statement, Params params, const ClaimTerms& terms);

  Pool& pool_;
  Keyring& keyring_;
};

}  // namespace belfry::pg
