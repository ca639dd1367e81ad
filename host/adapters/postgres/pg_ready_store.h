#pragma once

#include "adapters/postgres/pool.h"
#include "ports/ready_store.h"

namespace belfry::pg {

class PgReadyStore final : public ReadyStore {
 public:
  /// `pool` has the role belfry_system.
  explicit PgReadyStore(Pool& pool);

  std::vector<ReadyLane> readyLanes(const std::optional<Lane>& after, int limit) override;
  std::vector<DeliveryId> readyIds(const Lane& lane, int limit) override;
  std::vector<ReadyDelivery> promoteDue(int limit) override;
  std::optional<Duration> untilNextDue() override;

 private:
  Pool& pool_;
};

}  // namespace belfry::pg
