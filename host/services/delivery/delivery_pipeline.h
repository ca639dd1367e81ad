// One claimed delivery, from load to settle: decide → render → route → send → settle.
//
// Nothing here waits: the provider's answer comes later by a callback, and whatever happens ends in exactly one
// settlement. What cannot even be looked at now (the database is away while a template is fetched) is put off like any
// failed attempt.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "kit/log.h"
#include "kit/time.h"
#include "model/delivery.h"
#include "services/delivery/misfires.h"
#include "services/delivery/retry_policy.h"
#include "services/delivery/settlement_rules.h"
#include "services/rendering/renderer.h"
#include "services/routing/choose_provider.h"
#include "services/tenants/directory.h"

namespace belfry {

/// What the pipeline tells whoever counts.
struct AttemptObservation {
  Channel channel;
  std::string plugin;
  std::string outcome;
  std::chrono::microseconds duration;
};

class DeliveryPipeline {
 public:
  using Settle = std::function<void(Settlement)>;
  using Observe = std::function<void(const AttemptObservation&)>;
  using PutBack = std::function<void(const ClaimedDelivery&)>;

  DeliveryPipeline(const Directory& directory, Renderer& renderer, const Clock& clock, const Log& log,
                   RetryPolicies retry, Settle settle, Observe observe);

  /// Deliveries whose providers are all paused by this gate are put back instead of being settled: their attempt does
  /// not count. `put_back` is called within begin(). Before the first begin().
  void setGate(const QueueGate& gate, PutBack put_back);

  /// Begins the attempt. `settle` is called exactly once for it, now or later, from any thread. `deadline`: no exchange
  /// starts after it, nor after the notification's expiresAt. Thread-safe.
  void begin(ClaimedDelivery claim, std::optional<LoadedNotification> loaded,
             std::chrono::steady_clock::time_point deadline);

  /// Whether what is scheduled came late; without it nothing ever does. Before the first begin(); outlives this.
  void judgeBy(const Misfires& misfires) { misfires_ = &misfires; }
  /// Attempts that end from now on are retried by these. Thread-safe.
  void setRetry(RetryPolicies retry);

 private:
  void beginLoaded(const ClaimedDelivery& claim, LoadedNotification loaded,
                   std::chrono::steady_clock::time_point deadline);
  void deferNow(const ClaimedDelivery& claim, const std::string& code, const std::string& detail,
                const Patience& patience);
  void send(const ClaimedDelivery& claim, LoadedNotification loaded, Fields content, const Route& route,
            std::vector<DeliveryEvent> decisions, std::chrono::steady_clock::time_point deadline);
  void finish(AttemptReport report, const std::string& plugin);
  RetryPolicy policyOf(Channel channel) const;

  const Directory& directory_;
  Renderer& renderer_;
  const Clock& clock_;
  const Log& log_;
  const Misfires* misfires_ = nullptr;
  std::atomic<std::shared_ptr<const RetryPolicies>> retry_;
  const Settle settle_;
  const Observe observe_;
  const QueueGate* gate_ = nullptr;
  PutBack put_back_;
};

}  // namespace belfry
