// What an attempt's outcome means for its delivery: one table, used by every channel.
//
//   accepted, delivered            sent, delivered
//   rejected_recipient             bounced
//   rejected_request               failed
//   unknown                        deferred where the provider drops doubles, else unknown; asked about where it can be
//   retry, throttled, credential   deferred; failed when no attempt or no time is left, expired when it would come too
//   late
#pragma once

#include "model/delivery.h"
#include "ports/channels.h"
#include "services/delivery/retry_policy.h"

namespace belfry {

/// How long a delivery may be tried. Nothing set: as long as attempts are left.
struct Patience {
  std::optional<TimePoint> first_due;
  std::optional<TimePoint> expires_at;
};

/// One finished attempt.
struct AttemptReport {
  ClaimedDelivery claim;
  std::string provider;  ///< slug; empty when none was chosen
  TimePoint started_at;
  TimePoint ended_at;
  SendOutcome outcome;
  bool simulated = false;
  std::string user_id;       ///< the recipient's; empty when the request has none
  std::string device_token;  ///< of a push: where it went
  std::string route_json;    ///< detail of the event `sending`: how the provider was chosen; may be empty
  Patience patience;
  ChannelCertainty certainty;            ///< of the provider, as far as another attempt would go to the same one
  std::vector<DeliveryEvent> decisions;  ///< told before the event `sending`
};

/// The settlement of an attempt that reached a provider. `random01` draws the jitter of a retry.
Settlement settle(const AttemptReport& report, const RetryPolicy& policy, double random01);

/// The settlement of a delivery that ends before any provider is asked: `expired`, `skipped` (no device), or `failed`
/// (a template that does not render, no provider left).
Settlement settleUnsent(const ClaimedDelivery& claim, DeliveryState state, const std::string& code,
                        const std::string& detail, TimePoint at);

/// Puts a delivery off without having asked a provider; ends it as failed when no attempt is left, as expired when the
/// next one would come too late.
Settlement deferUnsent(const ClaimedDelivery& claim, const std::string& code, const std::string& detail, TimePoint at,
                       const RetryPolicy& policy, double random01, const Patience& patience = {});

}  // namespace belfry
