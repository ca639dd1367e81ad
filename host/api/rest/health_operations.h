// /health, /health/live, /health/ready and /metrics: what whoever runs the host asks.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/rest/router.h"

namespace belfry {

struct ReadinessCheck {
  std::string name;    ///< what was looked at, e.g. `database`
  std::string state;   ///< one word, e.g. `ok` or `failed`
  std::string detail;  ///< for people; empty: none. Anybody may read it: no addresses, no paths
};

struct Readiness {
  bool ready = false;
  std::vector<ReadinessCheck> checks;
};

/// `readiness` runs on a worker thread and may wait; `metrics` writes the Prometheus text format on an io thread and
/// must not wait. Neither may throw.
void addHealthOperations(Router& router, std::function<Readiness()> readiness, std::function<std::string()> metrics);

}  // namespace belfry
