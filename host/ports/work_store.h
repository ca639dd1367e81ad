// The live truth: what waits, who holds it, how it ended. All calls may throw StoreUnavailable. Thread-safe.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "kit/time.h"
#include "model/delivery.h"
#include "model/lane.h"

namespace belfry {

/// Who claims, and for how long. Leases run by the database's clock.
struct ClaimTerms {
  Uuid owner;
  Duration lease;
};

/// A claim with its notification, as one statement gives them.
struct ClaimedWork {
  enum class Content { loaded, unreadable, not_loaded };

  ClaimedDelivery claim;
  /// `unreadable`: the row is lost or cannot be decrypted. `not_loaded`: its key could not be had now.
  Content content = Content::loaded;
  LoadedNotification notification;
};

/// How many deliveries to claim from a lane.
struct LaneRoom {
  Lane lane;
  int room;
};

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
  /// Claims those of `ready` that still wait, by compare-and-set; committed when it returns. By priority and due time.
  virtual std::vector<ClaimedWork> claim(std::span<const ReadyDelivery> ready, const ClaimTerms& terms) = 0;
  /// The same without hints: from each lane what is due the longest.
  virtual std::vector<ClaimedWork> claimFrom(std::span<const LaneRoom> lanes, const ClaimTerms& terms) = 0;
  /// Ends attempts in one commit.
  virtual SettledGroup settle(std::span<const Settlement> group) = 0;
  /// Gives claims back that were never begun.
  virtual void release(std::span<const ClaimedDelivery> claims, const Uuid& owner) = 0;
  /// Treats up to `limit` expired leases by their channel's policy.
  virtual std::vector<RescuedDelivery> rescue(const std::map<Channel, RescuePolicy>& policies, int limit) = 0;
};

}  // namespace belfry
