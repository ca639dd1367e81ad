// Where accepted notifications become durable.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "kit/crypto.h"
#include "model/notification.h"
#include "ports/work_store.h"

namespace belfry {

/// A client's Idempotency-Key, ready to store.
struct IdempotencyClaim {
  Digest256 key_hash;
  Digest256 request_hash;
  std::string response_json;  ///< what a replay answers
  TimePoint expires_at;
};

struct NewDelivery {
  DeliveryId id;
  Channel channel;
  int address = 0;  ///< which of the recipient's addresses on the channel
  /// Stored as attempt 1 of the owner of `ClaimTerms`, who has a slot free for it: nobody else ever sees it wait.
  bool claimed = false;
};

/// A completely validated notification with its ids.
struct NewNotification {
  TenantId tenant;
  NotificationId id;
  Priority priority = Priority::medium;
  NotificationRequest request;
  std::optional<TimePoint> scheduled_at;
  std::optional<TimePoint> expires_at;
  TimePoint created_at;
  std::vector<NewDelivery> deliveries;
  std::optional<IdempotencyClaim> idempotency;
};

struct Stored {};
struct Replayed {
  int status;
  std::string response_json;
};
struct IdempotencyMismatch {};  ///< the key was used for a different request
struct IdempotencyInProgress {};
using IntakeOutcome = std::variant<Stored, Replayed, IdempotencyMismatch, IdempotencyInProgress>;

class IntakeStore {
 public:
  virtual ~IntakeStore() = default;
  /// Writes a group in one transaction; what returns `Stored` is durable. No two rows of a group carry the same tenant
  /// and key. `terms` are those of deliveries that are `claimed`. Throws StoreUnavailable when nothing is known to be
  /// written, StoreRejected when a row was refused (nothing is written).
  virtual std::vector<IntakeOutcome> write(std::span<const NewNotification> group, const ClaimTerms& terms) = 0;
  /// What a client's key already stands for; nullopt when it is free or has expired. May throw StoreUnavailable.
  virtual std::optional<IntakeOutcome> findKey(TenantId tenant, const Digest256& key_hash,
                                               const Digest256& request_hash) = 0;
};

}  // namespace belfry
