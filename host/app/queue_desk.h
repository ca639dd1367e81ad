// Everything that deals with queue control, put together: the operators' use cases and the loops behind them.
#pragma once

#include <map>
#include <mutex>

#include "adapters/prometheus/metrics.h"
#include "app/config/settings.h"
#include "services/queues/pause_keeper.h"
#include "services/queues/queue_control.h"
#include "workers/periodic_loop.h"

namespace belfry {

class QueueDesk {
 public:
  /// Everything must outlive it. A process with the role `scheduler` moves paused deliveries, does bulk actions and
  /// has gauges of the queues.
  QueueDesk(const Settings& settings, const QueueControlParts& parts, Metrics& metrics, const Log& log);

  void start();
  void stop();
  /// Pauses or providers are known anew. Thread-safe, cheap.
  void pausesChanged();

  QueueControl& control() { return control_; }

 private:
  struct Seen {
    double waiting = 0;
    std::optional<TimePoint> oldest_due;
  };

  bool actOnce();
  bool countOnce();
  Seen seen(QueueName queue);
  void addGauges(QueueName queue, Metrics& metrics);

  const Settings& settings_;
  const QueueControlParts parts_;
  const Log& log_;
  PauseKeeper keeper_;
  QueueControl control_;
  std::mutex mutex_;
  std::map<QueueName, Seen> totals_;  // guarded by mutex_
  PeriodicLoop keep_;
  PeriodicLoop act_;
  PeriodicLoop count_;
};

}  // namespace belfry
