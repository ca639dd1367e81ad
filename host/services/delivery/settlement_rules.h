// What an attempt's outcome means for its delivery: one table, used by every channel.
#pragma once

#include "model/delivery.h"
#include "ports/channels.h"
#include "services/delivery/retry_policy.h"

namespace belfry {

/// One finished attempt.
struct AttemptReport {
  ClaimedDelivery claim;
  std::string provider;  ///< slug; empty when none was chosen
  TimePoint started_at;
  TimePoint ended_at;
  SendOutcome outcome;
  bool simulated = false;
  std::string user_id;                   ///< the recipient's; empty when the request has none
  std::string device_token;              ///< of a push: where it went
  std::string route_json;                ///< detail of the event `sending`: how the provider was chosen; may be empty
  std::vector<DeliveryEvent> decisions;  ///< told before it
};

/// The settlement of an attempt that reached a provider. `random01` draws the jitter of a retry.
Settlement settle(const AttemptReport& report, const RetryPolicy& policy, double random01);

/// The settlement of a delivery that ends before any provider is asked: `expired`, `skipped` (no device), or `failed`
/// (a template that does not render, no provider left).
Settlement settleUnsent(const ClaimedDelivery& claim, DeliveryState state, const std::string& code,
                        const std::string& detail, TimePoint at);

/// Puts a delivery off without having asked a provider; ends it as failed when no attempt is left.
Settlement deferUnsent(const ClaimedDelivery& claim, const std::string& code, const std::string& detail, TimePoint at,
                       const RetryPolicy& policy, double random01);

}  // namespace belfry
