// What providers say of deliveries, applied: from callbacks, from look-ups, and from where they waited.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "kit/log.h"
#include "kit/time.h"
#include "ports/receipt_store.h"
#include "services/tenants/directory.h"

namespace belfry {

struct ReceiptSettings {
  std::chrono::hours parked_for{24};  ///< callbacks.parked_for_hours
  std::chrono::hours keys_for{24 *
                              30};  ///< callbacks.keep_days: doubles are known as long as callbacks can be replayed
};

/// What is told to whoever counts.
struct ReceiptObservation {
  std::string plugin;
  ReceiptType type;
  ReceiptResult result;
};

/// Thread-safe.
class Receipts {
 public:
  using Observe = std::function<void(const ReceiptObservation&)>;

  /// `observe` must not wait.
  Receipts(ReceiptStore& store, const Directory& directory, const Log& log, Observe observe, ReceiptSettings settings);

  /// In one transaction, `callback` ended with it. The outcomes stand in the order of the receipts. May throw what
  /// stores throw; nothing is applied then.
  std::vector<ReceiptOutcome> apply(const ProviderInstance& provider, std::optional<CallbackId> callback,
                                    TimePoint received_at, const std::vector<Receipt>& receipts);
  /// Applies parked receipts that need not wait any longer. True: there may be more. May throw StoreUnavailable.
  bool releaseParked();

 private:
  std::vector<ReceiptOutcome> applyGroup(ReceiptGroup group, const ProviderInstance& provider);

  ReceiptStore& store_;
  const Directory& directory_;
  const Log& log_;
  const Observe observe_;
  const ReceiptSettings settings_;
};

}  // namespace belfry
