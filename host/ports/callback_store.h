// Providers' callbacks as they came in, kept so that none that was acknowledged is ever lost and any can be replayed.
// All calls may throw StoreUnavailable. Thread-safe.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/receipt.h"

namespace belfry {

struct StoredCallback {
  CallbackId id;
  TenantId tenant;
  std::string provider;  ///< slug of the instance
  std::string plugin;
  RawCallback raw;
};

/// Where a callback that brought no receipts to apply ended, and why.
struct CallbackEnd {
  CallbackState state;  ///< not `received`
  std::string reason;   ///< stable code; empty: none
  std::string detail;
};

/// A callback as an operator sees it.
struct CallbackView {
  CallbackId id;
  std::string provider;
  std::string plugin;
  std::string method;
  CallbackState state;
  std::string reason;
  std::string detail;
  int receipts = 0;
  int kept = 0;
  int refused = 0;
  int parked = 0;
  int attempts = 0;
  TimePoint received_at;
  std::optional<TimePoint> processed_at;
  std::optional<RawCallback> raw;  ///< only of a single one
};

struct CallbackFilter {
  std::optional<CallbackState> state;
  std::string provider;  ///< empty: any
  std::optional<TimePoint> from;
  std::optional<TimePoint> to;
};

class CallbackStore {
 public:
  virtual ~CallbackStore() = default;
  /// Stores a group in one commit, each as `received`. A row that is there already stays as it is.
  virtual void store(std::span<const StoredCallback> group) = 0;
  /// Ends one that is still `received`; later ends of the same callback change nothing.
  virtual void finish(TenantId tenant, CallbackId id, const CallbackEnd& end) = 0;
  /// Takes up to `limit` that stayed `received` for `left_for` or longer, oldest first, and counts an attempt for each.
  /// One whose attempts reached `most_attempts` becomes `failed` instead. Two hosts never take the same one.
  virtual std::vector<StoredCallback> takeLeft(Duration left_for, int most_attempts, int limit) = 0;

  /// nullopt when this tenant has none of that id.
  virtual std::optional<CallbackView> get(TenantId tenant, CallbackId id) = 0;
  /// Newest first, below `before` when given.
  virtual std::vector<CallbackView> list(TenantId tenant, const CallbackFilter& filter,
                                         std::optional<CallbackId> before, int limit) = 0;
  /// Puts one back to `received` and gives it to be processed; nullopt when there is none.
  virtual std::optional<StoredCallback> reopen(TenantId tenant, CallbackId id) = 0;
  /// Puts up to `limit` that match back to `received`, so that takeLeft() finds them at once; oldest first. With
  /// `dry_run` only counts them.
  virtual int reopenAll(TenantId tenant, const CallbackFilter& filter, int limit, bool dry_run) = 0;
  /// Removes those that are older than `keep` and not waiting.
  virtual int prune(std::chrono::hours keep, int limit) = 0;
};

}  // namespace belfry
