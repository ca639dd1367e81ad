#pragma once

#include "adapters/postgres/keyring.h"
#include "adapters/postgres/pool.h"
#include "ports/work_store.h"

namespace belfry::pg {

class PgWorkStore final : public WorkStore {
 public:
  /// Both pools have the role belfry_system. `claims`: with plan_once, since claims of a few rows are many, and
  /// planning one costs as much as it does.
  PgWorkStore(Pool& pool, Pool& claims, Keyring& keyring);

  std::vector<ClaimedWork> claim(std::span<const ReadyDelivery> ready, const ClaimTerms& terms) override;
  std::vector<ClaimedWork> claimFrom(std::span<const LaneRoom> lanes, const ClaimTerms& terms) override;
  SettledGroup settle(std::span<const Settlement> group) override;
  void release(std::span<const ClaimedDelivery> claims, const Uuid& owner) override;
  void park(std::span<const ClaimedDelivery> claims, const Uuid& owner) override;
  std::vector<RescuedDelivery> rescue(const RescuePolicyOf& policy_of, int limit) override;
  int expire(int limit) override;

 private:
  std::vector<ClaimedWork> claimBy(const Statement& statement, Params params, const ClaimTerms& terms);
  void load(const std::vector<ClaimedWork*>& claims);

  Pool& pool_;
  Pool& claims_;
  Keyring& keyring_;
};

}  // namespace belfry::pg
