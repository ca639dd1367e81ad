// What waits in the database, lane by lane. All calls may throw StoreUnavailable. Thread-safe.
#pragma once

#include <optional>
#include <vector>

#include "kit/time.h"
#include "model/lane.h"

namespace belfry {

/// A lane in which something is due, and what has been due there the longest.
struct ReadyLane {
  Lane lane;
  DeliveryId oldest;
  TimePoint due_at;
};

class ReadyStore {
 public:
  virtual ~ReadyStore() = default;
  /// Every lane that holds something due, at most `limit`, beginning after `after`. Costs a look for each lane, not for
  /// each delivery.
  virtual std::vector<ReadyLane> readyLanes(const std::optional<Lane>& after, int limit) = 0;
  /// What waits in a lane, the longest due first.
  virtual std::vector<DeliveryId> readyIds(const Lane& lane, int limit) = 0;
  /// Queues up to `limit` scheduled and deferred deliveries whose time has come, and returns them.
  virtual std::vector<ReadyDelivery> promoteDue(int limit) = 0;
  /// How long until the next scheduled or deferred delivery becomes due, by the database's clock; nullopt when none
  /// waits.
  virtual std::optional<Duration> untilNextDue() = 0;
};

}  // namespace belfry
