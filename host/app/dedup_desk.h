// What deduplication needs beside the intake: counts, alerts, and the loop that archives expired keys.
#pragma once

#include "adapters/prometheus/metrics.h"
#include "app/config/settings.h"
#include "ports/dedup_store.h"
#include "services/intake/dedup_watch.h"
#include "workers/periodic_loop.h"

namespace belfry {

class DedupDesk {
 public:
  /// Everything must outlive it.
  DedupDesk(const Settings& settings, IntakeStore& intake, DedupStore& keys, const Clock& clock, Metrics& metrics,
            const Log& log);

  /// Starts the loop where this process is a scheduler.
  void start();
  void stop() { archive_.stop(); }
  /// The store that the intake writes to.
  IntakeStore& intake() { return watch_; }

 private:
  const Settings& settings_;
  DedupWatch watch_;
  PeriodicLoop archive_;
};

}  // namespace belfry
