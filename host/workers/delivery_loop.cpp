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

DeliveryLoop::DeliveryLoop(WorkStore& store, DeliveryPipeline& pipeline, const Clock& clock, const Log& log, DeliveryLoopSettings settings)
    : store_(store), pipeline_(pipeline), clock_(clock), log_(log), settings_(settings), owner_(newUuidV7(clock.now())) {}

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
    {
      std::lock_guard lock(mutex_);
      if (stopping_) return;
      woken_ = false;
    }
    if (!claimOnce()) waitUntil(nextLook());
  }
}

bool DeliveryLoop::claimOnce() {
  int room = settings_.slots - in_flight_;
  if (room <= 0) return false;
  try {
    // Taken before the claim, so that this clock's lease ends no later than the database's.
    auto claimed_at = std::chrono::steady_clock::now();
    auto claims = store_.claim(roomFor(room), settings_.lease, owner_);
    if (claims.empty()) return false;
    begin(std::move(claims), claimed_at);
    return true;
  } catch (const StoreUnavailable& error) {
    log_.warn("claim failed", {{"reason", error.what()}});
    return false;
  }
}

void DeliveryLoop::begin(std::vector<ClaimedDelivery> claims, std::chrono::steady_clock::time_point claimed_at) {
  std::vector<std::optional<LoadedNotification>> loaded;
  try {
    loaded = store_.load(claims);
  } catch (const StoreUnavailable& error) {
    log_.warn("load failed, claims go back", {{"claims", claims.size()}, {"reason", error.what()}});
    return store_.release(claims, owner_);
  }
  in_flight_ += static_cast<int>(claims.size());
  auto deadline = claimed_at + settings_.lease - marginOf(settings_);
  for (std::size_t i = 0; i < claims.size(); ++i) pipeline_.begin(std::move(claims[i]), std::move(loaded[i]), deadline);
}

ClaimRoom DeliveryLoop::roomFor(int free_slots) const {
  // Shares 8 : 4 : 2 : 1, at least one each, so that a flood of one priority never starves another.
  ClaimRoom room;
  int share = 8;
  for (Priority priority : allPriorities()) {
    room[priority] = std::max(1, free_slots * share / 15);
    share /= 2;
  }
  return room;
}

std::chrono::steady_clock::time_point DeliveryLoop::nextLook() {
  auto now = std::chrono::steady_clock::now();
  auto latest = now + settings_.poll;
  if (in_flight_ >= settings_.slots) return latest;
  try {
    auto due = store_.nextDue();
    if (!due) return latest;
    auto wait = std::max(*due - clock_.now(), Duration::zero());
    return std::min(latest, now + wait);
  } catch (const StoreUnavailable& error) {
    log_.warn("next due time unknown", {{"reason", error.what()}});
    return latest;
  }
}

void DeliveryLoop::waitUntil(std::chrono::steady_clock::time_point when) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, when, [this] { return woken_ || stopping_; });
}

}  // namespace belfry
