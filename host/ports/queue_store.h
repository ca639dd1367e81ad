// How long queues are and how they move, and what takes paused deliveries out of the way and back.
// All calls may throw StoreUnavailable. Thread-safe.
#pragma once

#include <vector>

#include "model/queue.h"

namespace belfry {

/// A queue in which something waits.
struct StandingQueue {
  TenantId tenant;
  QueueName queue;
  bool due = false;     ///< something of it can be claimed
  bool parked = false;  ///< something of it is out of the way
};

/// A channel and priority over all tenants.
struct QueueTotal {
  QueueName queue;
  std::int64_t waiting = 0;
  std::optional<TimePoint> oldest_due;
};

/// Since when the windows of QueueFlow count.
struct FlowWindows {
  TimePoint short_since;
  TimePoint middle_since;
  TimePoint long_since;
};

class QueueStore {
 public:
  virtual ~QueueStore() = default;
  /// The tenant's queues that hold anything. What it costs does not grow with their length.
  virtual std::vector<QueueDepth> depths(TenantId tenant) = 0;
  virtual std::vector<QueueFlow> flows(TenantId tenant, const FlowWindows& windows) = 0;
  /// Queues of all tenants.
  virtual std::vector<StandingQueue> standing() = 0;
  /// What is due and not paused, over all tenants.
  virtual std::vector<QueueTotal> totals() = 0;
  /// Takes up to `limit` due deliveries of a queue out of every claim's way; how many it took.
  virtual int park(TenantId tenant, QueueName queue, int limit) = 0;
  /// Gives up to `limit` parked ones of a queue back to the workers, of every host; how many it gave.
  virtual int unpark(TenantId tenant, QueueName queue, int limit) = 0;
};

}  // namespace belfry
