// What operators read in counted events: shares, throughput, and how long things took.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "ports/statistics_store.h"

namespace belfry {

/// Times of events from when their delivery was first due. Quantiles are estimates: exact to the bucket, straight lines
/// within it.
struct TimeSummary {
  double mean_ms = 0;
  double p50_ms = 0;
  double p95_ms = 0;
  double p99_ms = 0;
};

struct EventSummary {
  std::map<EventType, EventCount> events;
  /// What providers took: `sent`, or `delivered` where a provider delivers at once.
  std::int64_t succeeded = 0;
  /// `failed`, `bounced`, `expired`, `unknown`.
  std::int64_t failed = 0;

  /// Of what ended; none when nothing did.
  std::optional<double> successShare() const;
  std::optional<double> failureShare() const;
};

struct StatisticsStep {
  TimePoint from;
  EventSummary summary;
};
struct Statistics {
  EventSummary total;
  std::vector<StatisticsStep> steps;  ///< those with events
};

/// `rows` by step, as the store gives them.
Statistics summarize(const std::vector<StatisticsRow>& rows);

/// The time that a share of the events did not exceed; above the last bound it is that bound. 0 when there are none.
double quantileMs(const TimeBuckets& buckets, double share);
TimeSummary timesOf(const EventCount& events);

}  // namespace belfry
