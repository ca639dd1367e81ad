// Where accepted notifications become durable.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "kit/crypto.h"
#include "model/batch.h"
#include "model/dedup.h"
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

/// What a notification claims on one of its channels. Who claims an unexpired key later is a double of who holds it.
struct DedupClaim {
  Channel channel;
  std::string key;         ///< as given, or SHA-256 in hex
  bool generated = false;  ///< the two kinds never meet
  DedupLevel level = DedupLevel::send;
  DedupStrategy strategy = DedupStrategy::drop;
  TimePoint expires_at;
};

struct DedupWork {
  std::vector<DedupClaim> claims;  ///< one for each channel
  /// Writes the answer once it is known on which channels the notification is a double.
  std::function<std::string(const std::vector<Channel>&)> answer_json;
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
  std::optional<BatchId> batch;
  std::optional<DedupWork> dedup;  ///< absent: doubles are its sender's affair
};

struct Stored {
  std::string answer_json;  ///< what is to be answered where doubles were found; empty: as it was prepared
  std::size_t doubles = 0;  ///< on how many channels it is one
};
struct Replayed {
  int status;
  std::string response_json;
};
struct IdempotencyMismatch {};  ///< the key was used for a different request
struct IdempotencyInProgress {};
using IntakeOutcome = std::variant<Stored, Replayed, IdempotencyMismatch, IdempotencyInProgress>;

struct NewChunk;       // ports/chunk_intake.h
struct GroupOutcomes;  // ports/chunk_intake.h

class IntakeStore {
 public:
  virtual ~IntakeStore() = default;
  /// Writes a group in one transaction; what returns `Stored` is durable. No two rows of a group carry the same tenant
  /// and key. `terms` are those of deliveries that are `claimed`. Throws StoreUnavailable when nothing is known to be
  /// written, StoreRejected when a row was refused (nothing is written).
  virtual std::vector<IntakeOutcome> write(std::span<const NewNotification> group, const ClaimTerms& terms) = 0;
  /// The same with chunks of batches, each wholly or not at all: its row, its notifications and its answer are in the
  /// group's transaction. Chunks of one batch, and several with one key, may be in a group.
  virtual GroupOutcomes write(std::span<const NewNotification> group, std::span<const NewChunk> chunks,
                              const ClaimTerms& terms) = 0;
  /// What a client's key already stands for; nullopt when it is free or has expired. May throw StoreUnavailable.
  virtual std::optional<IntakeOutcome> findKey(TenantId tenant, const Digest256& key_hash,
                                               const Digest256& request_hash) = 0;
};

}  // namespace belfry
