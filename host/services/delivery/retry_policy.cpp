#include "services/delivery/retry_policy.h"

#include <algorithm>
#include <cmath>

namespace belfry {

std::optional<Duration> nextDelay(const RetryPolicy& policy, int attempt, std::optional<Duration> retry_after,
                                  double random01) {
  if (attempt >= policy.attempts) return std::nullopt;
  if (retry_after) return std::clamp(*retry_after, Duration::zero(), Duration(policy.retry_after_cap));
  const Duration cap = policy.cap;
  const double ceiling =
      std::min(static_cast<double>(Duration(policy.base).count()) * std::pow(policy.factor, attempt - 1),
               static_cast<double>(cap.count()));
  return Duration(static_cast<Duration::rep>(ceiling * random01));
}

}  // namespace belfry
