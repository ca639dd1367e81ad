#include "workers/delivery_loop.h"

#include <algorithm>
#include <utility>

#include "kit/thread.h"
#include "ports/store_error.h"

namespace belfry {
namespace {

constexpr int kMostHandful = 64;
constexpr auto kSoon = std::chrono::milliseconds(2);
/// Begun in one turn: what comes meanwhile, of another tenant or priority, waits for no more than these.
constexpr std::size_t kMostInATurn = 128;

}  // namespace

DeliveryLoop::DeliveryLoop(WorkSource source, DeliveryPipeline& pipeline, const Log& log, DeliveryLoopSettings settings)
    : source_(std::move(source)),
      pipeline_(pipeline),
      log_(log),
      settings_(std::move(settings)),
      handful_(std::clamp(settings_.slots / 16, 1, kMostHandful)),
      shares_(settings_.priorities) {}

DeliveryLoop::~DeliveryLoop() { drain(std::chrono::steady_clock::now()); }

void DeliveryLoop::start() {
  thread_ = std::thread([this] { run(); });
}

void DeliveryLoop::wakeLocked() {
  woken_ = true;
  changed_.notify_all();
}

void DeliveryLoop::wake() {
  backlog_ = true;
  std::lock_guard lock(mutex_);
  ready_ = true;
  wakeLocked();
}

void DeliveryLoop::look() {
  std::lock_guard lock(mutex_);
  look_ = true;
  wakeLocked();
}

void DeliveryLoop::freeSlots(std::size_t count) {
  std::lock_guard lock(mutex_);
  in_flight_ -= static_cast<int>(count);
  if (backlog_ && settings_.slots - in_flight_ >= handful_) wakeLocked();
  if (backlog_) freed_ = true;
  if (freed_ || stopping_) changed_.notify_all();
}

int DeliveryLoop::reserve(int wanted) {
  if (backlog_) return 0;
  int taken = in_flight_.load();
  for (;;) {
    const int given = std::min(wanted, settings_.slots - taken);
    if (given <= 0) return 0;
    if (in_flight_.compare_exchange_weak(taken, taken + given)) return given;
  }
}

void DeliveryLoop::begin(std::vector<HandedOver> deliveries, TimePoint claimed_at) {
  std::lock_guard lock(mutex_);
  handed_.push_back({std::move(deliveries), claimed_at});
  wakeLocked();
}

void DeliveryLoop::release(std::vector<ClaimedDelivery> claims) {
  std::lock_guard lock(mutex_);
  in_flight_ -= static_cast<int>(claims.size());
  unbegun_.insert(unbegun_.end(), claims.begin(), claims.end());
  wakeLocked();
}

void DeliveryLoop::drain(TimePoint deadline) {
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
  nameThread(settings_.name);
  for (;;) {
    bool last;
    {
      std::lock_guard lock(mutex_);
      last = stopping_;
      if (std::exchange(ready_, false)) backlog_ = true;
      if (std::exchange(look_, false)) next_look_ = {};
      woken_ = freed_ = false;
    }
    auto next = turn(last);
    if (last) return;
    if (next == Next::when_freed || next == Next::when_polled) wait(next);
    if (next == Next::when_freed || next == Next::soon) wait(Next::soon);
  }
}

DeliveryLoop::Next DeliveryLoop::turn(bool last) {
  while (beginHanded() && last) {
  }
  try {
    releaseUnbegun();
    parkClosed();
    return last ? Next::at_once : claimOnce();
  } catch (const StoreUnavailable& error) {
    log_.warn("claim failed", {{"reason", error.what()}});
  } catch (const std::exception& error) {
    log_.error("claim refused", {{"reason", error.what()}});
  }
  next_look_ = std::chrono::steady_clock::now() + settings_.poll;
  return Next::when_polled;
}

bool DeliveryLoop::beginHanded() {
  std::vector<HandedOver> begun;
  TimePoint claimed_at;
  {
    std::lock_guard lock(mutex_);
    if (handed_.empty()) return false;
    auto& group = handed_.front();
    claimed_at = group.claimed_at;
    const auto count = std::min(kMostInATurn, group.deliveries.size());
    const auto end = group.deliveries.begin() + static_cast<std::ptrdiff_t>(count);
    begun.assign(std::make_move_iterator(group.deliveries.begin()), std::make_move_iterator(end));
    group.deliveries.erase(group.deliveries.begin(), end);
    if (group.deliveries.empty()) handed_.pop_front();
    if (!handed_.empty()) woken_ = true;  // the next turn goes on with them
  }
  const auto deadline = lastMoment(claimed_at);
  for (auto& one : begun) {
    if (isClosed(one.claim)) putBack(one.claim);
    else pipeline_.begin(std::move(one.claim), std::move(one.notification), deadline);
  }
  return true;
}

void DeliveryLoop::releaseUnbegun() {
  std::vector<ClaimedDelivery> claims;
  {
    std::lock_guard lock(mutex_);
    claims = unbegun_;
  }
  if (claims.empty()) return;
  source_.store().release(claims, source_.terms().owner);
  std::lock_guard lock(mutex_);
  unbegun_.erase(unbegun_.begin(), unbegun_.begin() + static_cast<std::ptrdiff_t>(claims.size()));
  look_ = true;  // no hint tells of them
  wakeLocked();
}

void DeliveryLoop::putBack(const ClaimedDelivery& claim) {
  {
    std::lock_guard lock(mutex_);
    closed_.push_back(claim);
    wakeLocked();
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
  source_.store().park(closed, source_.terms().owner);
  std::lock_guard lock(mutex_);
  closed_.erase(closed_.begin(), closed_.begin() + static_cast<std::ptrdiff_t>(closed.size()));
}

bool DeliveryLoop::isClosed(const ClaimedDelivery& claim) const {
  return gate_ != nullptr && gate_->anything() && gate_->closed(claim.tenant, {claim.channel, claim.priority});
}

std::vector<ClaimedWork> DeliveryLoop::withoutClosed(std::vector<ClaimedWork> claims) {
  if (gate_ == nullptr || !gate_->anything()) return claims;
  const auto closed =
      std::stable_partition(claims.begin(), claims.end(), [&](const auto& work) { return !isClosed(work.claim); });
  std::lock_guard lock(mutex_);
  for (auto work = closed; work != claims.end(); ++work) closed_.push_back(work->claim);
  claims.erase(closed, claims.end());
  return claims;
}

DeliveryLoop::Next DeliveryLoop::claimOnce() {
  const int free_slots = settings_.slots - in_flight_;
  const auto now = std::chrono::steady_clock::now();
  const bool look = now >= next_look_;
  if (free_slots <= 0) return Next::when_freed;
  if (!backlog_ && !look) return Next::when_polled;
  for (const auto& room : shares_.rooms(std::min(free_slots, static_cast<int>(kMostInATurn)))) {
    auto claims = source_.claim(room, look);
    shares_.used(room, claims);
    if (claims.empty()) continue;
    backlog_ = true;
    // This clock's lease ends no later than the database's: it counts from before the claim.
    beginClaimed(withoutClosed(std::move(claims)), now);
    return settings_.slots - in_flight_ >= handful_ ? Next::at_once : Next::soon;
  }
  backlog_ = false;
  if (look) next_look_ = std::chrono::steady_clock::now() + settings_.poll;
  return Next::when_polled;
}

void DeliveryLoop::beginClaimed(std::vector<ClaimedWork> claims, TimePoint claimed_at) {
  const auto deadline = lastMoment(claimed_at);
  in_flight_ += static_cast<int>(claims.size());
  std::vector<ClaimedDelivery> unloaded;
  for (auto& one : claims) {
    using enum ClaimedWork::Content;
    if (one.content == not_loaded) {
      unloaded.push_back(std::move(one.claim));
    } else {
      pipeline_.begin(std::move(one.claim),
                      one.content == loaded ? std::optional(std::move(one.notification)) : std::nullopt, deadline);
    }
  }
  if (unloaded.empty()) return;
  log_.warn("load failed, claims go back", {{"claims", unloaded.size()}});
  release(std::move(unloaded));
}

DeliveryLoop::TimePoint DeliveryLoop::lastMoment(TimePoint claimed_at) const {
  const auto lease = std::chrono::duration_cast<std::chrono::milliseconds>(source_.terms().lease);
  const auto margin = settings_.lease_margin.count() > 0 ? settings_.lease_margin : lease / 10;
  return claimed_at + lease - margin;
}

void DeliveryLoop::wait(Next next) {
  const auto now = std::chrono::steady_clock::now();
  const auto until = next == Next::soon         ? now + kSoon
                     : next == Next::when_freed ? now + settings_.poll
                                                : std::max(next_look_, now + kSoon);
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, until, [&] { return woken_ || stopping_ || (next == Next::when_freed && freed_); });
}

}  // namespace belfry
