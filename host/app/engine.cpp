#include "app/engine.h"

#include <algorithm>

namespace belfry {
namespace {

constexpr int kGroup = 1000;
constexpr auto kFeedKept = std::chrono::hours(24 * 7);
constexpr auto kRelayPause = std::chrono::milliseconds(200);
constexpr auto kSchedulesPause = std::chrono::milliseconds(1000);
constexpr auto kUpkeepPause = std::chrono::minutes(10);

RetryPolicies retryPolicies(const Settings& settings) {
  RetryPolicies policies;
  for (const auto& [channel, retry] : settings.retry)
    policies[channel] = {retry.attempts, retry.base, retry.factor, retry.cap};
  return policies;
}

DeliveryLoopSettings loopSettings(const WorkerSettings& worker) {
  DeliveryLoopSettings settings;
  settings.slots = worker.slots;
  settings.lease = worker.lease;
  settings.poll = worker.poll;
  return settings;
}

/// Often enough that a lease is noticed soon after it ran out, seldom enough to cost nothing.
std::chrono::milliseconds rescuePause(const WorkerSettings& worker) {
  return std::clamp(worker.lease / 10, std::chrono::milliseconds(100), std::chrono::milliseconds(5000));
}

}  // namespace

Engine::Engine(const Settings& settings, WorkStore& work, UpkeepStore& upkeep, const Directory& directory,
               Renderer& renderer, const Clock& clock, Metrics& metrics, const Log& log)
    : settings_(settings),
      work_(work),
      upkeep_(upkeep),
      metrics_(metrics),
      log_(log),
      rescue_policies_(std::make_shared<const RescuePolicies>(rescuePolicies(settings))),
      pipeline_(
          directory, renderer, clock, log, retryPolicies(settings),
          [this](Settlement settlement) { settle_.push(std::move(settlement)); },
          [this](const AttemptObservation& seen) {
            metrics_.attempt(seen.channel, seen.plugin, seen.outcome, seen.duration);
          }),
      settle_(
          work, [this](std::size_t count) { delivery_.freeSlots(count); }, log),
      delivery_(work, pipeline_, clock, log, loopSettings(settings.worker)),
      rescue_(
          "rescue", rescuePause(settings.worker), [this] { return rescueOnce(); }, log),
      relay_(
          "relay", kRelayPause, [this] { return upkeep_.sequenceFeed(kGroup) == kGroup; }, log),
      upkeep_loop_(
          "upkeep", kUpkeepPause, [this] { return upkeepOnce(); }, log),
      clock_(clock) {}

void Engine::fireSchedulesBy(DueLoop::Step fire) {
  schedules_ = std::make_unique<DueLoop>("schedules", kSchedulesPause, std::move(fire), clock_, log_);
}

void Engine::wakeSchedules() {
  if (schedules_) schedules_->wake();
}

void Engine::start() {
  if (settings_.roles.contains(ProcessRole::worker)) {
    settle_.start();
    delivery_.start();
  }
  if (settings_.roles.contains(ProcessRole::scheduler)) {
    rescue_.start();
    upkeep_loop_.start();
    if (schedules_) schedules_->start();
  }
  if (settings_.roles.contains(ProcessRole::relay)) relay_.start();
}

void Engine::apply(const Settings& settings) {
  pipeline_.setRetry(retryPolicies(settings));
  rescue_policies_.store(std::make_shared<const RescuePolicies>(rescuePolicies(settings)));
}

Engine::RescuePolicies Engine::rescuePolicies(const Settings& settings) {
  RescuePolicies policies;
  for (const auto& [channel, policy] : settings.lease_expired)
    policies[channel] = {policy, settings.retry.at(channel).attempts};
  return policies;
}

void Engine::wake() { delivery_.wake(); }

void Engine::stop(std::chrono::steady_clock::time_point deadline, const std::function<void()>& stop_exchanges) {
  delivery_.drain(deadline);
  stop_exchanges();
  settle_.stop(std::max(deadline, std::chrono::steady_clock::now() + std::chrono::seconds(1)));
  if (schedules_) schedules_->stop();
  rescue_.stop();
  relay_.stop();
  upkeep_loop_.stop();
}

bool Engine::rescueOnce() {
  auto rescued = work_.rescue(*rescue_policies_.load(), kGroup);
  for (const auto& delivery : rescued) {
    metrics_.leaseRescued(delivery.again);
    log_.warn("lease expired",
              {{"delivery_id", delivery.delivery.value}, {"attempt", delivery.attempt}, {"again", delivery.again}});
  }
  if (!rescued.empty()) wake();
  return static_cast<int>(rescued.size()) == kGroup;
}

bool Engine::upkeepOnce() {
  if (int made = upkeep_.ensurePartitions(settings_.partitions_ahead_months); made > 0)
    log_.info("partitions made", {{"count", made}});
  bool more = upkeep_.pruneIdempotencyKeys(kGroup) == kGroup;
  more = upkeep_.prunePluginValues(kGroup) == kGroup || more;
  return upkeep_.pruneFeed(kFeedKept, kGroup) == kGroup || more;
}

}  // namespace belfry
