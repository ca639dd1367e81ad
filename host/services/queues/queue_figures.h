// What a queue's length and its latest minutes mean: throughput, shares, times, when it will be empty, and how many
// slots it needs. Pure.
//
// Slots by Little's law: L = λ·W. W, how long an attempt holds a slot, is what is in flight divided by the present
// throughput; λ is what arrives and, on top, what waits spread over a minute. So L slots keep pace and clear the
// backlog in about a minute.
#pragma once

#include <optional>
#include <vector>

#include "ports/queue_store.h"

namespace belfry {

struct TimeShare {
  std::optional<double> at_most_s;  ///< nullopt: above all others
  std::int64_t count = 0;
};

/// Times from due to sent.
struct TimeDistribution {
  std::int64_t count = 0;
  double mean_s = 0;
  std::optional<double> p50_s, p95_s, p99_s;  ///< bounds of the shares in which they lie; nullopt: above all
  std::vector<TimeShare> shares;
};

struct QueueFigures {
  QueueDepth depth;
  std::optional<double> oldest_age_s;
  double per_minute_1 = 0, per_minute_5 = 0, per_minute_15 = 0;  ///< settled
  std::int64_t succeeded = 0, failed = 0;                        ///< within 15 minutes
  std::optional<TimeDistribution> times;                         ///< within 15 minutes; nullopt: nothing was sent
  std::optional<double> drain_s;                  ///< at the throughput of 5 minutes; nullopt: there is none
  std::optional<std::int64_t> recommended_slots;  ///< nullopt: nothing is known to say it from
  std::optional<std::int64_t> recommended_workers;
  std::vector<QueuePause> pauses;  ///< that hold it
  std::vector<QueuePause> drains;  ///< that refuse sends to it
};

FlowWindows flowWindows(TimePoint now);

/// `flows` of this queue alone. `slots_per_worker`: what one worker has.
QueueFigures figuresOf(const QueueDepth& depth, const std::vector<QueueFlow>& flows, std::vector<QueuePause> holding,
                       TimePoint now, int slots_per_worker);

}  // namespace belfry
