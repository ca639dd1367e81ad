// What a provider is asked, by an operator or by itself (look_ups.h): do config and credentials work, and what became
// of a delivery.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kit/result.h"
#include "model/caller.h"
#include "model/problem.h"
#include "services/callbacks/callbacks.h"

namespace belfry {

struct ProbeAnswer {
  SendOutcome outcome;
  std::chrono::milliseconds duration;
};

/// One receipt that the provider gave, and what became of it.
struct AppliedReceipt {
  Receipt receipt;
  ReceiptOutcome outcome;
};
struct LookUpAnswer {
  bool known = false;
  std::string code;
  std::string detail;
  std::vector<AppliedReceipt> receipts;
  DeliveryState state;  ///< of the delivery, afterwards
};

/// Thread-safe. Each `done` is called once, from any thread, perhaps before the call returns.
class ProviderQuestions {
 public:
  /// `callbacks` lends the threads on which answers are applied. `limit`: how long a provider has for its answer.
  ProviderQuestions(const Directory& directory, ReceiptStore& store, Receipts& receipts, Callbacks& callbacks,
                    const Clock& clock, std::chrono::milliseconds limit);

  /// `provider` is the instance's slug. not_found; state_conflict when the instance cannot run.
  void probe(TenantId tenant, const std::string& provider, std::function<void(Result<ProbeAnswer, Problem>)> done);
  /// Asks the provider of the last attempt. not_found; state_conflict when no provider has it (yet).
  void lookUp(TenantId tenant, DeliveryId delivery, std::function<void(Result<LookUpAnswer, Problem>)> done);
  /// Asks `delivery.provider` about it; what it says is applied. not_found; state_conflict when it cannot run;
  /// overloaded when the answer could not be applied.
  void ask(TenantId tenant, SentDelivery delivery, std::function<void(Result<LookUpAnswer, Problem>)> done);

 private:
  using Instance = std::shared_ptr<const DirectoryInstance>;
  using LookedUp = std::function<void(Result<LookUpAnswer, Problem>)>;

  Result<Instance, Problem> runningInstance(TenantId tenant, const std::string& provider) const;
  Result<LookUpAnswer, Problem> applyStatus(const Instance& instance, const SentDelivery& delivery,
                                            StatusOutcome status);

  const Directory& directory_;
  ReceiptStore& store_;
  Receipts& receipts_;
  Callbacks& callbacks_;
  const Clock& clock_;
  const std::chrono::milliseconds limit_;
};

}  // namespace belfry
