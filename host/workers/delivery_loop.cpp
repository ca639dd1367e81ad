#include "workers/delivery_loop.h"

#include <algorithm>
#include <utility>

#include "kit/thread.h"
#include "ports/store_error.h"

namespace belfry {
namespace {

constexpr int kMostHandful = 64;
constexpr auto kSoon = std::chrono::milliseconds(2);
/// Claimed at once: what comes meanwhile waits for no more than these.
constexpr std::size_t kMostAtOnce = 128;
/// The next ones are claimed when fewer than these are left to be begun.
constexpr std::size_t kClaimAhead = 32;

}  // namespace

DeliveryLoop::DeliveryLoop(WorkSource source, DeliveryPipeline& pipeline, const Log& log, DeliveryLoopSettings settings)
    : source_(std::move(source)),
      pipeline_(pipeline),
      log_(log),
      settings_(std::move(settings)),
      handful_(std::clamp(settings_.slots / 16, 1, kMostHandful)),
      shares_(settings_.priorities),
      stage_(
          settings_.name, kClaimAhead, [this](Beginning beginning) { beginOne(std::move(beginning)); },
          [this] {
            std::lock_guard lock(mutex_);
            wakeLocked();
          }) {}

DeliveryLoop::~DeliveryLoop() { drain(std::chrono::steady_clock::now()); }

void DeliveryLoop::start() {
  stage_.start();
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
  std::vector<Beginning> beginnings;
  beginnings.reserve(deliveries.size());
  for (auto& one : deliveries) beginnings.push_back({one.claim, std::move(one.notification), claimed_at});
  stage(std::move(beginnings));
}

void DeliveryLoop::stage(std::vector<Beginning> beginnings) {
  if (beginnings.empty() || stage_.push(beginnings)) return;
  std::vector<ClaimedDelivery> claims;
  for (auto& one : beginnings) claims.push_back(one.claim);
  release(std::move(claims));
}

void DeliveryLoop::beginOne(Beginning beginning) {
  if (isClosed(beginning.claim)) return putBack(beginning.claim);
  pipeline_.begin(beginning.claim, std::move(beginning.notification), lastMoment(beginning.claimed_at));
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
  stage_.stop();
  giveBack();
  std::unique_lock lock(mutex_);
  if (!changed_.wait_until(lock, deadline, [this] { return in_flight_ == 0; }) && in_flight_ > 0) {
    log_.warn("stopped with attempts in flight; their leases will run out", {{"attempts", in_flight_.load()}});
  }
}

void DeliveryLoop::run() {
  nameThread(settings_.name + "-claim");
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
    if (next == Next::when_freed || next == Next::when_polled || next == Next::when_begun) wait(next);
    if (next == Next::when_freed || next == Next::soon) wait(Next::soon);
  }
}

DeliveryLoop::Next DeliveryLoop::turn(bool last) {
  giveBack();
  if (last) return Next::at_once;
  try {
    return claimOnce();
  } catch (const StoreUnavailable& error) {
    log_.warn("claim failed", {{"reason", error.what()}});
  } catch (const std::exception& error) {
    log_.error("claim refused", {{"reason", error.what()}});
  }
  next_look_ = std::chrono::steady_clock::now() + settings_.poll;
  return Next::when_polled;
}

/// What cannot go back now is tried again at the next turn; at the last one its lease runs out.
void DeliveryLoop::giveBack() {
  try {
    releaseUnbegun();
    parkClosed();
  } catch (const std::exception& error) {
    log_.warn("claims cannot go back to their lanes", {{"reason", error.what()}});
  }
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

DeliveryLoop::Next DeliveryLoop::claimOnce() {
  const int free_slots = settings_.slots - in_flight_;
  const auto now = std::chrono::steady_clock::now();
  const bool look = now >= next_look_;
  if (free_slots <= 0) return Next::when_freed;
  if (!stage_.room()) return Next::when_begun;
  if (!backlog_ && !look) return Next::when_polled;
  for (const auto& room : shares_.rooms(std::min(free_slots, static_cast<int>(kMostAtOnce)))) {
    auto claims = source_.claim(room, look);
    shares_.used(room, claims);
    if (claims.empty()) continue;
    backlog_ = true;
    // This clock's lease ends no later than the database's: it counts from before the claim.
    beginClaimed(std::move(claims), now);
    return settings_.slots - in_flight_ >= handful_ ? Next::at_once : Next::soon;
  }
  backlog_ = false;
  if (look) next_look_ = std::chrono::steady_clock::now() + settings_.poll;
  return Next::when_polled;
}

void DeliveryLoop::beginClaimed(std::vector<ClaimedWork> claims, TimePoint claimed_at) {
  in_flight_ += static_cast<int>(claims.size());
  std::vector<ClaimedDelivery> unloaded;
  std::vector<Beginning> beginnings;
  for (auto& one : claims) {
    using enum ClaimedWork::Content;
    if (one.content == not_loaded) {
      unloaded.push_back(one.claim);
    } else {
      beginnings.push_back(
          {one.claim, one.content == loaded ? std::optional(std::move(one.notification)) : std::nullopt, claimed_at});
    }
  }
  stage(std::move(beginnings));
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
