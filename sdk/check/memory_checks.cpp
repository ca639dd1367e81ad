// Memory over many operations, and when there is none.
#include <algorithm>

#include "check/checks.h"
#include "check/heap_growth.h"

namespace belfry::check {

Finding checkFlatMemory(const Trial& trial) {
  if (trial.of(0).empty()) return skipped("no vectors with a request");
  const auto each = std::max<std::size_t>(1000, trial.rounds / trial.of(0).size());
  for (const auto* scenario : trial.of(0)) {
    Instance instance(trial.factory, trial.manifest, scenario->config, scenario->secrets);
    if (!instance.good()) continue;
    const auto grown = heapGrowth(each, [&] {
      Operation operation(instance, *scenario->request(), scenario->now_ms);
      operation.begin();
      runToEnd(operation, goodAnswer);
    });
    if (grown != 0)
      return failed(scenario->name + ": the heap grows by " + std::to_string(grown) + " bytes with each operation",
                    "free what a step makes before it returns: no caches that grow, no statics that grow");
  }
  return passed("memory is flat");
}

Finding checkArenaLimit(const Trial& trial) {
  constexpr std::uint64_t kMost = 64;
  if (trial.of(0).empty()) return skipped("no vectors with a request");
  for (const auto* scenario : trial.of(0)) {
    Instance instance(trial.factory, trial.manifest, scenario->config, scenario->secrets);
    if (!instance.good()) continue;
    for (std::uint64_t failing = 0; failing <= kMost; ++failing) {
      Operation operation(instance, *scenario->request(), scenario->now_ms);
      if (failing == 0) operation.frame().arena_limit = 256;
      operation.frame().failing_alloc = failing;
      operation.begin();
      runToEnd(operation, goodAnswer);
      if (auto broken = brokenRule(operation, scenario->name + " without memory in its arena");
          broken && operation.last() != BF_STEP_ERROR)
        return *broken;
      if (failing != 0 && operation.recorder().allocations() < failing) break;
    }
  }
  return passed("an arena that is full ends the operation, no more");
}

}  // namespace belfry::check
