#include "app/feed_desk.h"

#include <algorithm>

#include "kit/time.h"

namespace belfry {
namespace {

constexpr int kGroup = 1000;
/// A commit wakes the sequencer; it rests this long between two groups, so that under load it takes what many commits
/// wrote: at most 40 transactions a second, at most this late.
constexpr auto kRelayRest = std::chrono::milliseconds(25);
/// For what other processes settle, who do not announce it.
constexpr auto kRelayPause = std::chrono::milliseconds(200);
constexpr int kCountGroup = 5000;
constexpr auto kCountPause = std::chrono::seconds(1);
constexpr auto kPrunePause = std::chrono::minutes(5);

}  // namespace

FeedDesk::FeedDesk(const Settings& settings, FeedStore& feed, StatisticsStore& statistics, Metrics& metrics,
                   const Log& log)
    : settings_(settings),
      feed_(feed),
      statistics_(statistics),
      metrics_(metrics),
      followers_(feed, log, {.most = settings.feed.most_waiting}),
      relay_(
          "relay", kRelayPause, [this] { return sequenceOnce(); }, log),
      count_(
          "feed-count", kCountPause, [this] { return countOnce(); }, log),
      prune_(
          "feed-prune", kPrunePause, [this] { return pruneOnce(); }, log) {
  relay_.restBetweenSteps(kRelayRest);
  metrics.gauge("belfry_feed_lag_events", "Events of the feed that the slowest sink has not read",
                [this] { return static_cast<double>(lag_events_); });
  metrics.gauge("belfry_feed_lag_seconds", "How long the oldest of them has waited",
                [this] { return static_cast<double>(lag_s_); });
  metrics.gauge("belfry_feed_waiting_requests", "Requests of this process that wait for events",
                [this] { return static_cast<double>(followers_.waiting()); });
}

void FeedDesk::start() {
  if (settings_.roles.contains(ProcessRole::api)) followers_.start();
  if (settings_.roles.contains(ProcessRole::relay)) {
    relay_.start();
    count_.start();
  }
  if (settings_.roles.contains(ProcessRole::scheduler)) prune_.start();
}

void FeedDesk::stop() {
  followers_.stop();
  relay_.stop();
  count_.stop();
  prune_.stop();
}

bool FeedDesk::sequenceOnce() {
  const int count = feed_.sequence(kGroup);
  if (count == 0) return false;
  metrics_.feedSequenced(count);
  moved();
  return count == kGroup;
}

bool FeedDesk::countOnce() {
  const bool more = statistics_.follow(kCountGroup) == kCountGroup;
  if (!more) noteLag();
  return more;
}

void FeedDesk::noteLag() {
  const auto now = SystemClock().now();
  std::int64_t events = 0, seconds = 0;
  for (const auto& sink : feed_.sinks()) {
    events = std::max(events, sink.head - sink.position);
    if (sink.waiting_since)
      seconds = std::max(seconds, std::chrono::duration_cast<std::chrono::seconds>(now - *sink.waiting_since).count());
  }
  lag_events_ = events;
  lag_s_ = seconds;
}

bool FeedDesk::pruneOnce() {
  const bool more = feed_.prune(settings_.feed.keep, kGroup) == kGroup;
  return statistics_.prune(settings_.statistics_days, kGroup) == kGroup || more;
}

}  // namespace belfry
