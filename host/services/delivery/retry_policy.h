// When a failed attempt is tried again: exponential back-off with full jitter, the provider's own wish first.
#pragma once

#include <map>
#include <optional>

#include "kit/time.h"
#include "model/vocabulary.h"

namespace belfry {

struct RetryPolicy {
  int attempts = 5;                      ///< in all, the first included
  std::chrono::milliseconds base{2000};  ///< greatest delay after the first attempt
  double factor = 2.0;
  std::chrono::milliseconds cap{600000};      ///< greatest delay of the back-off
  std::chrono::milliseconds total{86400000};  ///< no attempt is planned later than this after the first was due
  std::chrono::milliseconds retry_after_cap{3600000};  ///< greatest delay that a provider's wish may bring
};

using RetryPolicies = std::map<Channel, RetryPolicy>;

/// The delay after `attempt` failed, or nullopt when no attempt is left. `random01` in [0, 1) draws the jitter: the
/// delay lies between zero and base · factor^(attempt-1), at most cap. A Retry-After is taken as it is, up to its own
/// cap.
std::optional<Duration> nextDelay(const RetryPolicy& policy, int attempt, std::optional<Duration> retry_after,
                                  double random01);

}  // namespace belfry
