#include "services/queues/queue_figures.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace belfry {
namespace {

/// Upper bounds of delivery_statistics.buckets, in seconds; the last bucket has none.
constexpr std::array kBounds{0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0};
/// In how long a backlog should be gone, in seconds.
constexpr double kBacklogGone = 60;
constexpr double kMostSlots = 1e6;

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

const QueueFlow* find(const std::vector<QueueFlow>& flows, EventType type) {
  const auto found = std::find_if(flows.begin(), flows.end(), [&](const auto& flow) { return flow.type == type; });
  return found == flows.end() ? nullptr : &*found;
}

using Window = std::int64_t QueueFlow::*;

std::int64_t count(const std::vector<QueueFlow>& flows, EventType type, Window window) {
  const auto* flow = find(flows, type);
  return flow == nullptr ? 0 : flow->*window;
}

/// A provider that takes a message makes it `sent`, one that delivers at once `delivered`; a receipt makes the one of
/// the other. So it is the more frequent of the two that counts messages.
std::int64_t succeeded(const std::vector<QueueFlow>& flows, Window window) {
  return std::max(count(flows, EventType::sent, window), count(flows, EventType::delivered, window));
}

std::int64_t failedOf(const std::vector<QueueFlow>& flows, Window window) {
  return count(flows, EventType::failed, window) + count(flows, EventType::bounced, window) +
         count(flows, EventType::unknown, window);
}

std::int64_t settledOf(const std::vector<QueueFlow>& flows, Window window) {
  return succeeded(flows, window) + failedOf(flows, window) + count(flows, EventType::expired, window) +
         count(flows, EventType::skipped, window) + count(flows, EventType::suppressed, window);
}

std::int64_t arrivedOf(const std::vector<QueueFlow>& flows, Window window) {
  return count(flows, EventType::queued, window) + count(flows, EventType::scheduled, window);
}

std::optional<double> percentile(const std::vector<std::int64_t>& buckets, std::int64_t total, double share) {
  std::int64_t below = 0;
  for (std::size_t i = 0; i < kBounds.size() && i < buckets.size(); ++i) {
    below += buckets[i];
    if (static_cast<double>(below) >= share * static_cast<double>(total)) return kBounds[i];
  }
  return std::nullopt;
}

std::optional<TimeDistribution> timesOf(const std::vector<QueueFlow>& flows) {
  const auto* flow = find(flows, EventType::sent);
  if (flow == nullptr) flow = find(flows, EventType::delivered);
  if (flow == nullptr || flow->in_long == 0) return std::nullopt;
  TimeDistribution times;
  times.count = flow->in_long;
  times.mean_s = static_cast<double>(flow->latency_ms) / 1000 / static_cast<double>(times.count);
  std::int64_t counted = 0;
  for (std::size_t i = 0; i < flow->buckets.size() && i <= kBounds.size(); ++i) {
    times.shares.push_back({i < kBounds.size() ? std::optional(kBounds[i]) : std::nullopt, flow->buckets[i]});
    counted += flow->buckets[i];
  }
  if (counted == 0) return times;
  times.p50_s = percentile(flow->buckets, counted, 0.5);
  times.p95_s = percentile(flow->buckets, counted, 0.95);
  times.p99_s = percentile(flow->buckets, counted, 0.99);
  return times;
}

void recommend(QueueFigures& figures, double arrivals_per_s, double settled_per_s, int slots_per_worker) {
  std::optional<double> held_s;
  if (figures.depth.in_flight > 0 && settled_per_s > 0)
    held_s = static_cast<double>(figures.depth.in_flight) / settled_per_s;
  else if (figures.times) held_s = figures.times->mean_s;
  if (!held_s) return;
  const double wanted_per_s = arrivals_per_s + static_cast<double>(figures.depth.waiting) / kBacklogGone;
  const double slots = std::min(std::ceil(wanted_per_s * *held_s), kMostSlots);
  const bool any = figures.depth.waiting + figures.depth.in_flight > 0 || arrivals_per_s > 0;
  figures.recommended_slots = std::max<std::int64_t>(static_cast<std::int64_t>(slots), any ? 1 : 0);
  figures.recommended_workers = (*figures.recommended_slots + slots_per_worker - 1) / slots_per_worker;
}

}  // namespace

FlowWindows flowWindows(TimePoint now) {
  using std::chrono::minutes;
  const TimePoint minute = std::chrono::floor<minutes>(now);
  return {minute - minutes(1), minute - minutes(5), minute - minutes(15)};
}

QueueFigures figuresOf(const QueueDepth& depth, const std::vector<QueueFlow>& flows, std::vector<QueuePause> holding,
                       TimePoint now, int slots_per_worker) {
  const auto windows = flowWindows(now);
  const auto per_second = [&](std::int64_t n, TimePoint since) {
    return static_cast<double>(n) / seconds(now - since);
  };
  QueueFigures figures;
  figures.depth = depth;
  for (auto& pause : holding) (pause.drain ? figures.drains : figures.pauses).push_back(std::move(pause));
  if (depth.oldest_due) figures.oldest_age_s = std::max(0.0, seconds(now - *depth.oldest_due));
  const double settled_per_s = per_second(settledOf(flows, &QueueFlow::in_middle), windows.middle_since);
  figures.per_minute_1 = 60 * per_second(settledOf(flows, &QueueFlow::in_short), windows.short_since);
  figures.per_minute_5 = 60 * settled_per_s;
  figures.per_minute_15 = 60 * per_second(settledOf(flows, &QueueFlow::in_long), windows.long_since);
  figures.succeeded = succeeded(flows, &QueueFlow::in_long);
  figures.failed = failedOf(flows, &QueueFlow::in_long);
  figures.times = timesOf(flows);
  if (figures.pauses.empty() && settled_per_s > 0)
    figures.drain_s = static_cast<double>(depth.waiting + depth.in_flight) / settled_per_s;
  recommend(figures, per_second(arrivedOf(flows, &QueueFlow::in_middle), windows.middle_since), settled_per_s,
            std::max(1, slots_per_worker));
  return figures;
}

}  // namespace belfry
