// Dead letters, put together: the operators' use cases, the loop that lets go what is kept no longer, and gauges.
#pragma once

#include <map>
#include <mutex>

#include "adapters/prometheus/metrics.h"
#include "app/config/settings.h"
#include "services/dead_letters/dead_letters.h"
#include "workers/periodic_loop.h"

namespace belfry {

class DeadLetterDesk {
 public:
  /// Everything must outlive it. A process with the role `scheduler` prunes and has the gauges.
  DeadLetterDesk(const Settings& settings, const DeadLetterParts& parts, Metrics& metrics, const Log& log);

  void start();
  void stop();

  DeadLetters& letters() { return letters_; }

 private:
  bool pruneOnce();
  bool countOnce();
  double seen(Channel channel);

  const Settings& settings_;
  const DeadLetterParts parts_;
  const Log& log_;
  DeadLetters letters_;
  std::mutex mutex_;
  std::map<Channel, std::int64_t> totals_;  // guarded by mutex_
  PeriodicLoop prune_;
  PeriodicLoop count_;
};

}  // namespace belfry
