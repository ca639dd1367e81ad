// What the sink `statistics` counts from the feed. May throw StoreUnavailable and StoreRejected. Thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kit/time.h"
#include "model/ids.h"
#include "model/vocabulary.h"

namespace belfry {

/// Upper bounds of the buckets in which times from due to event are counted; one more bucket is above them.
inline constexpr std::array<std::chrono::milliseconds, 11> kTimeBounds = {
    std::chrono::milliseconds(100),    std::chrono::milliseconds(250),    std::chrono::milliseconds(500),
    std::chrono::milliseconds(1000),   std::chrono::milliseconds(2500),   std::chrono::milliseconds(5000),
    std::chrono::milliseconds(10000),  std::chrono::milliseconds(30000),  std::chrono::milliseconds(60000),
    std::chrono::milliseconds(300000), std::chrono::milliseconds(3600000)};
using TimeBuckets = std::array<std::int64_t, kTimeBounds.size() + 1>;

/// Events of one type.
struct EventCount {
  std::int64_t count = 0;
  std::int64_t time_ms = 0;  ///< sum of the times from when the delivery was first due to the event
  TimeBuckets buckets{};
};

struct StatisticsRow {
  TimePoint step;  ///< begin of the step that it belongs to
  std::string provider;
  EventType type;
  EventCount events;
};

struct StatisticsQuery {
  TimePoint from;  ///< whole minutes
  TimePoint to;
  std::chrono::seconds step;
  std::optional<Channel> channel;
  std::string provider;  ///< empty: any
};

class StatisticsStore {
 public:
  virtual ~StatisticsStore() = default;
  /// Counts up to `limit` positions of the feed, or takes them back while the sink is being set back, in one
  /// transaction with the sink's position. Returns how many; 0 also when another process does it.
  virtual int follow(int limit) = 0;
  /// One row for each step, provider and type that has events, by step.
  virtual std::vector<StatisticsRow> read(TenantId tenant, const StatisticsQuery& query) = 0;
  virtual int prune(int older_than_days, int limit) = 0;
};

}  // namespace belfry
