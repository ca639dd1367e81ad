// Where accepted deliveries go: straight to a worker of this process when it has slots free, else to their lane.
//
// A delivery that goes straight is stored as claimed, by the commit that accepts it. So it needs no claim of its own,
// nothing is read back, and the database never keeps it in its index of what waits. Whoever dies between that commit
// and the first byte leaves what a worker leaves that dies after a claim: a lease that runs out.
#pragma once

#include <chrono>
#include <vector>

#include "model/lane.h"
#include "ports/work_store.h"

namespace belfry {

/// A delivery with what its worker would have loaded.
struct HandedOver {
  ClaimedDelivery claim;
  LoadedNotification notification;
};

/// Thread-safe; no call waits.
class Dispatch {
 public:
  virtual ~Dispatch() = default;
  /// Under what terms deliveries are claimed.
  virtual ClaimTerms terms() const = 0;
  /// Reserves up to `wanted` slots of the workers; returns how many. None while others wait for slots.
  virtual int reserve(Priority priority, int wanted) = 0;
  /// Slots that were reserved and are not needed.
  virtual void giveBack(Priority priority, int slots) = 0;
  /// Stored as claimed, each with a reserved slot. `claimed_at`: before the commit began.
  virtual void begin(std::vector<HandedOver> deliveries, std::chrono::steady_clock::time_point claimed_at) = 0;
  /// Perhaps stored as claimed, and not to be begun: they go back to their lanes, their slots are free again.
  virtual void release(std::vector<ClaimedDelivery> claims) = 0;
  /// Stored, due, and waiting in their lanes.
  virtual void queued(std::vector<ReadyDelivery> deliveries) = 0;
  /// Something was stored that becomes due later.
  virtual void scheduled() = 0;
};

}  // namespace belfry
