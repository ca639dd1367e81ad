// The live truth: what waits, who holds it, how it ended. All calls may throw StoreUnavailable. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kit/time.h"
#include "model/delivery.h"

namespace belfry {

/// How many deliveries of each priority a worker has room for.
using ClaimRoom = std::map<Priority, int>;

struct RescuePolicy {
  LeasePolicy lease_policy = LeasePolicy::hold;
  int max_attempts = 1;
  std::string rule;      ///< what decided, for the timeline
  bool askable = false;  ///< becomes unknown and its provider is asked; `lease_policy` is for when nobody can say
};
/// By tenant and channel.
using RescuePolicyOf = std::function<RescuePolicy(TenantId, Channel)>;

struct RescuedDelivery {
  TenantId tenant;
  DeliveryId delivery;
  int attempt;
  bool again;  ///< false: unknown
};

/// What a group of settlements came to.
struct SettledGroup {
  std::vector<DeliveryId>
      ended;                   ///< those that were still held under their attempt number, or given up and not repeated
  bool receipts_wait = false;  ///< receipts of some of them came before and wait parked
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
  /// Treats up to `limit` expired leases. `policy_of` is called for each tenant and channel among them; it must not
  /// wait.
  virtual std::vector<RescuedDelivery> rescue(const RescuePolicyOf& policy_of, int limit) = 0;
  /// Ends up to `limit` waiting deliveries whose expiresAt has passed; how many it ended.
  virtual int expire(int limit) = 0;
  /// When the earliest waiting delivery becomes due; nullopt when none waits.
  virtual std::optional<TimePoint> nextDue() = 0;
};

}  // namespace belfry
