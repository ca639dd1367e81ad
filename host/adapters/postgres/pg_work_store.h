#pragma once

#include "adapters/postgres/keyring.h"
#include "adapters/postgres/pool.h"
#include "ports/work_store.h"

namespace belfry::pg {

class PgWorkStore final : public WorkStore {
 public:
  /// `pool` has the role belfry_system.
  PgWorkStore(Pool& pool, Keyring& keyring);

  std::vector<ClaimedDelivery> claim(const ClaimRoom& room, Duration lease, const Uuid& owner) override;
  std::vector<std::optional<LoadedNotification>> load(std::span<const ClaimedDelivery> claims) override;
  SettledGroup settle(std::span<const Settlement> group) override;
  void release(std::span<const ClaimedDelivery> claims, const Uuid& owner) override;
  void park(std::span<const ClaimedDelivery> claims, const Uuid& owner) override;
  std::vector<RescuedDelivery> rescue(const std::map<Channel, RescuePolicy>& policies, int limit) override;
  std::optional<TimePoint> nextDue() override;

 private:
  Pool& pool_;
  Keyring& keyring_;
};

}  // namespace belfry::pg
