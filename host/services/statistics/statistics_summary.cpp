#include "services/statistics/statistics_summary.h"

#include <algorithm>
#include <numeric>
#include <string>

namespace belfry {
namespace {

using ByProvider = std::map<std::string, EventSummary>;

void add(EventCount& sum, const EventCount& more) {
  sum.count += more.count;
  sum.time_ms += more.time_ms;
  for (std::size_t i = 0; i < sum.buckets.size(); ++i) sum.buckets[i] += more.buckets[i];
}

std::int64_t countOf(const EventSummary& summary, EventType type) {
  const auto found = summary.events.find(type);
  return found == summary.events.end() ? 0 : found->second.count;
}

/// A provider says either that it took a message or that it delivered it; a receipt's `delivered` comes on top of
/// `sent`. So the outcomes are told apart by provider before they are summed.
EventSummary join(const ByProvider& providers) {
  EventSummary sum;
  for (const auto& [provider, part] : providers) {
    for (const auto& [type, events] : part.events) add(sum.events[type], events);
    sum.succeeded += std::max(countOf(part, EventType::sent), countOf(part, EventType::delivered));
    for (const auto type : {EventType::failed, EventType::bounced, EventType::expired, EventType::unknown})
      sum.failed += countOf(part, type);
  }
  return sum;
}

std::optional<double> shareOf(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

double boundMs(std::size_t bucket) { return static_cast<double>(kTimeBounds[bucket].count()); }

}  // namespace

std::optional<double> EventSummary::successShare() const { return shareOf(succeeded, succeeded + failed); }
std::optional<double> EventSummary::failureShare() const { return shareOf(failed, succeeded + failed); }

Statistics summarize(const std::vector<StatisticsRow>& rows) {
  ByProvider total;
  std::map<TimePoint, ByProvider> steps;
  for (const auto& row : rows) {
    add(total[row.provider].events[row.type], row.events);
    add(steps[row.step][row.provider].events[row.type], row.events);
  }
  Statistics statistics{join(total), {}};
  for (const auto& [from, providers] : steps) statistics.steps.push_back({from, join(providers)});
  return statistics;
}

double quantileMs(const TimeBuckets& buckets, double share) {
  const auto all = std::accumulate(buckets.begin(), buckets.end(), std::int64_t{0});
  const double wanted = share * static_cast<double>(all);
  double before = 0;
  for (std::size_t i = 0; i < kTimeBounds.size(); ++i) {
    const auto here = static_cast<double>(buckets[i]);
    if (here > 0 && before + here >= wanted) {
      const double low = i == 0 ? 0 : boundMs(i - 1);
      return low + (boundMs(i) - low) * (wanted - before) / here;
    }
    before += here;
  }
  return all == 0 ? 0 : boundMs(kTimeBounds.size() - 1);
}

TimeSummary timesOf(const EventCount& events) {
  if (events.count == 0) return {};
  return {static_cast<double>(events.time_ms) / static_cast<double>(events.count), quantileMs(events.buckets, 0.5),
          quantileMs(events.buckets, 0.95), quantileMs(events.buckets, 0.99)};
}

}  // namespace belfry
