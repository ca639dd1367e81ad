#include "workers/delivery_loop.h"

#include <algorithm>

#include "kit/thread.h"
#include "ports/store_error.h"

namespace belfry {
namespace {

std::chrono::milliseconds marginOf(const DeliveryLoopSettings& settings) {
  return settings.lease_margin.count() > 0 ? settings.lease_margin : settings.lease / 10;
}

}  // namespace

DeliveryLoop::DeliveryLoop(WorkStore& store, DeliveryPipeline& pipeline, const Clock& clock, const Log& log,
                           DeliveryLoopSettings settings)
    : store_(store),
      pipeline_(pipeline),
      clock_(clock),
      log_(log),
      settings_(settings),
      owner_(newUuidV7(clock.now())) {}

DeliveryLoop::~DeliveryLoop() { drain(std::chrono::steady_clock::now()); }

void DeliveryLoop::start() {
  thread_ = std::thread([this] { run(); });
}

void DeliveryLoop::wake() {
  std::lock_guard lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

void DeliveryLoop::freeSlots(std::size_t count) {
  std::lock_guard lock(mutex_);
  in_flight_ -= static_cast<int>(count);
  woken_ = true;
  changed_.notify_all();
}

void DeliveryLoop::drain(std::chrono::steady_clock::time_point deadline) {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  std::unique_lock lock(mutex_);
  if (!changed_.wait_until(lock, deadline, [this] { return in_flight_ == 0; }) && in_flight_ > 0) {
    log_.warn("stopped with attempts in flight; their leases will run out", {{"attempts", in_flight_.load()}});
  }
}

void DeliveryLoop::run() {
  nameThread("delivery");
  for (;;) {
    bool last;
    {
      std::lock_guard lock(mutex_);
      last = stopping_;
      woken_ = false;
    }
    auto next = turn(last);
    if (last) return;
    if (next == Next::when_due) waitUntil(nextLook());
    if (next == Next::after_poll) waitUntil(std::chrono::steady_clock::now() + settings_.poll);
  }
}

DeliveryLoop::Next DeliveryLoop::turn(bool last) {
  try {
    releaseUnbegun();
    parkClosed();
    return last ? Next::at_once : claimOnce();
  } catch (const StoreUnavailable& error) {
    log_.warn("claim failed", {{"reason", error.what()}});
  } catch (const std::exception& error) {
    log_.error("claim refused", {{"reason", error.what()}});
  }
  return Next::after_poll;
}

void DeliveryLoop::releaseUnbegun() {
  if (unbegun_.empty()) return;
  store_.release(unbegun_, owner_);
  unbegun_.clear();
}

void DeliveryLoop::putBack(const ClaimedDelivery& claim) {
  {
    std::lock_guard lock(mutex_);
    closed_.push_back(claim);
  }
  freeSlots(1);
}

void DeliveryLoop::parkClosed() {
  std::vector<ClaimedDelivery> closed;
  {
    std::lock_guard lock(mutex_);
    closed = closed_;
  }
  if (closed.empty()) return;
  store_.park(closed, owner_);
  std::lock_guard lock(mutex_);
  closed_.erase(closed_.begin(), closed_.begin() + static_cast<std::ptrdiff_t>(closed.size()));
}

std::vector<ClaimedDelivery> DeliveryLoop::withoutClosed(std::vector<ClaimedDelivery> claims) {
  if (gate_ == nullptr || !gate_->anything()) return claims;
  const auto closed = std::stable_partition(claims.begin(), claims.end(), [&](const auto& claim) {
    return !gate_->closed(claim.tenant, {claim.channel, claim.priority});
  });
  std::lock_guard lock(mutex_);
  closed_.insert(closed_.end(), closed, claims.end());
  claims.erase(closed, claims.end());
  return claims;
}

DeliveryLoop::Next DeliveryLoop::claimOnce() {
  int free_slots = settings_.slots - in_flight_;
  if (free_slots <= 0) return Next::after_poll;  // a slot that becomes free wakes the loop
  for (const auto& room : shares_.rooms(free_slots)) {
    // Taken before the claim, so that this clock's lease ends no later than the database's.
    auto claimed_at = std::chrono::steady_clock::now();
    auto claims = store_.claim(room, settings_.lease, owner_);
    shares_.used(room, claims);
    if (!claims.empty()) return begin(withoutClosed(std::move(claims)), claimed_at);
  }
  return Next::when_due;
}

DeliveryLoop::Next DeliveryLoop::begin(std::vector<ClaimedDelivery> claims,
                                       std::chrono::steady_clock::time_point claimed_at) {
  if (claims.empty()) return Next::at_once;
  std::vector<std::optional<LoadedNotification>> loaded;
  try {
    loaded = store_.load(claims);
  } catch (const std::exception& error) {
    log_.warn("load failed, claims go back", {{"claims", claims.size()}, {"reason", error.what()}});
    unbegun_ = std::move(claims);
    return Next::after_poll;
  }
  in_flight_ += static_cast<int>(claims.size());
  auto deadline = claimed_at + settings_.lease - marginOf(settings_);
  for (std::size_t i = 0; i < claims.size(); ++i) pipeline_.begin(claims[i], std::move(loaded[i]), deadline);
  return Next::at_once;
}

std::chrono::steady_clock::time_point DeliveryLoop::nextLook() {
  auto now = std::chrono::steady_clock::now();
  auto latest = now + settings_.poll;
  try {
    auto due = store_.nextDue();
    if (!due) return latest;
    const auto wait = std::clamp<Duration>(*due - clock_.now(), Duration::zero(), settings_.poll);
    return now + wait;
  } catch (const std::exception& error) {
    log_.warn("next due time unknown", {{"reason", error.what()}});
    return latest;
  }
}

void DeliveryLoop::waitUntil(std::chrono::steady_clock::time_point when) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, when, [this] { return woken_ || stopping_; });
}

}  // namespace belfry
