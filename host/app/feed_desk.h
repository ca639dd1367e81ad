// Everything that deals with the feed, put together: the sequencer, the sinks, who waits for events, and pruning.
#pragma once

#include <atomic>

#include "adapters/prometheus/metrics.h"
#include "app/config/settings.h"
#include "ports/feed_store.h"
#include "ports/statistics_store.h"
#include "services/feed/feed_followers.h"
#include "workers/periodic_loop.h"

namespace belfry {

class FeedDesk {
 public:
  /// Everything must outlive it.
  FeedDesk(const Settings& settings, FeedStore& feed, StatisticsStore& statistics, Metrics& metrics, const Log& log);

  /// Starts the loops of this process's roles.
  void start();
  /// Answers whoever waits for events, so that their connections may close.
  void stopWaiting() { followers_.stop(); }
  void stop();
  /// Events were committed, here or elsewhere. Thread-safe, cheap.
  void written() { relay_.wake(); }
  /// Events were sequenced, here or elsewhere. Thread-safe, cheap.
  void moved() { followers_.moved(); }

  FeedFollowers& followers() { return followers_; }

 private:
  bool sequenceOnce();
  bool countOnce();
  bool pruneOnce();
  void noteLag();

  const Settings& settings_;
  FeedStore& feed_;
  StatisticsStore& statistics_;
  Metrics& metrics_;
  std::atomic<std::int64_t> lag_events_{0};
  std::atomic<std::int64_t> lag_s_{0};
  FeedFollowers followers_;
  PeriodicLoop relay_;
  PeriodicLoop count_;
  PeriodicLoop prune_;
};

}  // namespace belfry
