#include "app/engine.h"

#include <algorithm>

#include "services/delivery/rescue_rules.h"

namespace belfry {
namespace {

constexpr int kGroup = 1000;
constexpr auto kExpiryPause = std::chrono::seconds(1);
constexpr auto kSchedulesPause = std::chrono::milliseconds(1000);
constexpr auto kUpkeepPause = std::chrono::minutes(10);

RetryPolicies retryPolicies(const Settings& settings) {
  RetryPolicies policies;
  for (const auto& [channel, retry] : settings.retry)
    policies[channel] = {retry.attempts, retry.base, retry.factor, retry.cap, retry.total, retry.retry_after_cap};
  return policies;
}

DeliveryLoopSettings criticalLoop(const WorkerSettings& worker) {
  DeliveryLoopSettings settings;
  settings.name = "critical";
  settings.priorities = {Priority::critical};
  settings.slots = worker.critical_slots;
  settings.poll = worker.poll;
  return settings;
}

DeliveryLoopSettings ordinaryLoop(const WorkerSettings& worker) {
  DeliveryLoopSettings settings;
  settings.priorities = {Priority::high, Priority::medium, Priority::low};
  settings.slots = worker.slots;
  settings.poll = worker.poll;
  return settings;
}

/// Often enough that a lease is noticed soon after it ran out, seldom enough to cost nothing.
std::chrono::milliseconds rescuePause(const WorkerSettings& worker) {
  return std::clamp(worker.lease / 10, std::chrono::milliseconds(100), std::chrono::milliseconds(5000));
}

}  // namespace

Engine::Engine(const Settings& settings, const EngineParts& parts)
    : settings_(settings),
      parts_(parts),
      terms_{newUuidV7(parts.clock.now()), settings.worker.lease},
      rescue_policies_(std::make_shared<const RescuePolicies>(rescuePolicies(settings))),
      pipeline_(
          parts.directory, parts.renderer, parts.clock, parts.log, retryPolicies(settings),
          [this](Settlement settlement) { settle_.push(std::move(settlement)); },
          [this](const AttemptObservation& seen) {
            parts_.metrics.attempt(seen.channel, seen.plugin, seen.outcome, seen.duration);
          }),
      settle_(
          parts.work, [this](std::span<const Settlement> group) { settled(group); }, parts.log),
      feeder_(parts.hints ? std::make_unique<HintFeeder>(
                                *parts.hints, parts.ready, [this] { wakeLoops(); }, parts.log, HintFeederSettings{})
                          : nullptr),
      critical_(source(), pipeline_, parts.log, criticalLoop(settings.worker)),
      delivery_(source(), pipeline_, parts.log, ordinaryLoop(settings.worker)),
      promotion_(
          parts.ready, [this](std::vector<ReadyDelivery> ready) { hint(std::move(ready)); }, parts.log,
          settings.worker.poll),
      rescue_(
          "rescue", rescuePause(settings.worker), [this] { return rescueOnce(); }, parts.log),
      expiry_(
          "expiry", kExpiryPause, [this] { return parts_.work.expire(kGroup) == kGroup; }, parts.log),
      upkeep_loop_(
          "upkeep", kUpkeepPause, [this] { return upkeepOnce(); }, parts.log) {}

WorkSource Engine::source() {
  return WorkSource(
      parts_.work, parts_.ready, parts_.hints,
      [this](std::vector<Lane> lanes) {
        if (feeder_) feeder_->refill(std::move(lanes));
      },
      terms_);
}

void Engine::setGate(const QueueGate& gate) {
  pipeline_.setGate(gate, [this](const ClaimedDelivery& claim) { loopOf(claim.priority).putBack(claim); });
  critical_.setGate(gate);
  delivery_.setGate(gate);
}

void Engine::fireSchedulesBy(DueLoop::Step fire) {
  schedules_ = std::make_unique<DueLoop>("schedules", kSchedulesPause, std::move(fire), parts_.clock, parts_.log);
}

void Engine::wakeSchedules() {
  if (schedules_) schedules_->wake();
}

void Engine::start() {
  if (feeder_) feeder_->start();
  if (settings_.roles.contains(ProcessRole::worker)) {
    settle_.start();
    critical_.start();
    delivery_.start();
  }
  if (settings_.roles.contains(ProcessRole::scheduler)) {
    promotion_.start();
    rescue_.start();
    expiry_.start();
    upkeep_loop_.start();
    if (schedules_) schedules_->start();
  }
}

int Engine::reserve(Priority priority, int wanted) {
  return settings_.roles.contains(ProcessRole::worker) ? loopOf(priority).reserve(wanted) : 0;
}

void Engine::giveBack(Priority priority, int slots) { loopOf(priority).freeSlots(static_cast<std::size_t>(slots)); }

void Engine::begin(std::vector<HandedOver> deliveries, std::chrono::steady_clock::time_point claimed_at) {
  written();
  auto rest = std::stable_partition(deliveries.begin(), deliveries.end(),
                                    [](const auto& one) { return one.claim.priority == Priority::critical; });
  if (rest == deliveries.begin()) return delivery_.begin(std::move(deliveries), claimed_at);
  std::vector<HandedOver> others(std::make_move_iterator(rest), std::make_move_iterator(deliveries.end()));
  deliveries.erase(rest, deliveries.end());
  critical_.begin(std::move(deliveries), claimed_at);
  if (!others.empty()) delivery_.begin(std::move(others), claimed_at);
}

void Engine::release(std::vector<ClaimedDelivery> claims) {
  auto rest = std::stable_partition(claims.begin(), claims.end(),
                                    [](const auto& claim) { return claim.priority == Priority::critical; });
  std::vector<ClaimedDelivery> others(rest, claims.end());
  claims.erase(rest, claims.end());
  if (!claims.empty()) critical_.release(std::move(claims));
  if (!others.empty()) delivery_.release(std::move(others));
}

void Engine::queued(std::vector<ReadyDelivery> deliveries) {
  written();
  hint(std::move(deliveries));
}

void Engine::scheduled() {
  written();
  promotion_.wake();
}

void Engine::hint(std::vector<ReadyDelivery> ready) {
  if (!feeder_) return wakeLoops();
  feeder_->push(std::move(ready));
}

void Engine::written() {
  if (when_written_) when_written_();
}

void Engine::wakeLoops() {
  critical_.wake();
  delivery_.wake();
}

/// Slots are free again; what was put off is awaited.
void Engine::settled(std::span<const Settlement> group) {
  std::size_t critical = 0;
  bool deferred = false;
  for (const auto& one : group) {
    critical += one.priority == Priority::critical ? 1 : 0;
    deferred = deferred || one.state == DeliveryState::deferred;
  }
  if (critical > 0) critical_.freeSlots(critical);
  if (critical < group.size()) delivery_.freeSlots(group.size() - critical);
  if (deferred) promotion_.wake();
  written();
}

void Engine::apply(const Settings& settings) {
  pipeline_.setRetry(retryPolicies(settings));
  rescue_policies_.store(std::make_shared<const RescuePolicies>(rescuePolicies(settings)));
}

Engine::RescuePolicies Engine::rescuePolicies(const Settings& settings) {
  RescuePolicies policies;
  for (const auto& [channel, policy] : settings.lease_expired)
    policies[channel] = {policy, settings.retry.at(channel).attempts, {}, false};
  return policies;
}

void Engine::look() {
  critical_.look();
  delivery_.look();
}

void Engine::stop(std::chrono::steady_clock::time_point deadline, const std::function<void()>& stop_exchanges) {
  critical_.drain(deadline);
  delivery_.drain(deadline);
  stop_exchanges();
  settle_.stop(std::max(deadline, std::chrono::steady_clock::now() + std::chrono::seconds(1)));
  promotion_.stop();
  if (schedules_) schedules_->stop();
  rescue_.stop();
  if (feeder_) feeder_->stop();
  expiry_.stop();
  upkeep_loop_.stop();
}

bool Engine::rescueOnce() {
  const auto configured = rescue_policies_.load();
  auto rescued = parts_.work.rescue(
      [&](TenantId tenant, Channel channel) {
        return rescuePolicy(parts_.directory, tenant, channel, configured->at(channel));
      },
      kGroup);
  for (const auto& delivery : rescued) {
    parts_.metrics.leaseRescued(delivery.again);
    parts_.log.warn(
        "lease expired",
        {{"delivery_id", delivery.delivery.value}, {"attempt", delivery.attempt}, {"again", delivery.again}});
  }
  if (!rescued.empty()) promotion_.wake();
  return static_cast<int>(rescued.size()) == kGroup;
}

bool Engine::upkeepOnce() {
  if (int made = parts_.upkeep.ensurePartitions(settings_.partitions_ahead_months); made > 0)
    parts_.log.info("partitions made", {{"count", made}});
  bool more = parts_.upkeep.pruneIdempotencyKeys(kGroup) == kGroup;
  return parts_.upkeep.prunePluginValues(kGroup) == kGroup || more;
}

}  // namespace belfry
