// The live truth: what waits, who holds it, how it ended. All calls may throw StoreUnavailable. Thread-safe.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "kit/time.h"
#include "model/delivery.h"

namespace belfry {

/// How many deliveries of each priority a worker has room for.
using ClaimRoom = std::map<Priority, int>;

struct RescuePolicy {
  LeasePolicy lease_policy = LeasePolicy::hold;
  int max_attempts = 1;
};

struct RescuedDelivery {
  TenantId tenant;
  DeliveryId delivery;
  int attempt;
  bool again;  ///< false: held as unknown
};

/// What a group of settlements came to.
struct SettledGroup {
  std::vector<DeliveryId> ended;  ///< those that were still held under their attempt number
  bool receipts_wait = false;     ///< receipts of some of them came before and wait parked
};

class WorkStore {
 public:
  virtual ~WorkStore() = default;
  /// Claims due deliveries by compare-and-set; committed when it returns. Leases run by the database's clock.
  virtual std::vector<ClaimedDelivery> claim(const ClaimRoom& room, Duration lease, const Uuid& owner) = 0;
  /// The notifications of claims, in the order of `claims`. A row that cannot be read (lost or not decryptable) is
  /// nullopt.
  virtual std::vector<std::optional<LoadedNotification>> load(std::span<const ClaimedDelivery> claims) = 0;
  /// Ends attempts in one commit.
  virtual SettledGroup settle(std::span<const Settlement> group) = 0;
  /// Gives claims back that were never begun.
  virtual void release(std::span<const ClaimedDelivery> claims, const Uuid& owner) = 0;
  /// Gives claims of paused queues back, out of every claim's way until QueueStore::unpark. The attempt does not count.
  virtual void park(std::span<const ClaimedDelivery> claims, const Uuid& owner) = 0;
  /// Treats up to `limit` expired leases by their channel's policy.
  virtual std::vector<RescuedDelivery> rescue(const std::map<Channel, RescuePolicy>& policies, int limit) = 0;
  /// When the earliest waiting delivery becomes due; nullopt when none waits.
  virtual std::optional<TimePoint> nextDue() = 0;
};

}  // namespace belfry
