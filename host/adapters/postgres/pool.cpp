#include "adapters/postgres/pool.h"

#include <algorithm>
#include <utility>

namespace belfry::pg {

/// Stands on the stack of the waiting thread.
struct Pool::Waiter {
  std::condition_variable granted_changed;
  bool granted = false;
  Slot slot;
};

Lease::Lease(Pool& pool, std::unique_ptr<Connection> connection) noexcept
    : pool_(&pool), connection_(std::move(connection)) {}

Lease::Lease(Lease&& other) noexcept : pool_(other.pool_), connection_(std::move(other.connection_)) {}

Lease& Lease::operator=(Lease&& other) noexcept {
  if (this == &other) return *this;
  giveBack();
  pool_ = other.pool_;
  connection_ = std::move(other.connection_);
  return *this;
}

Lease::~Lease() { giveBack(); }

void Lease::giveBack() noexcept {
  if (!connection_) return;
  connection_->tidy();
  pool_->returnSlot(std::move(connection_));
}

Pool::Pool(PoolSettings settings, const Log& log) : settings_(std::move(settings)), log_(log) {
  if (settings_.size < 1) {
    throw std::invalid_argument("pool size " + std::to_string(settings_.size) + "; allowed: 1 or more");
  }
  idle_.reserve(static_cast<std::size_t>(settings_.size));  // so that returnSlot cannot fail
}

Pool::~Pool() = default;

Lease Pool::acquire() {
  Slot slot = takeSlot();
  try {
    prepareSlot(slot);
  } catch (...) {
    returnSlot(std::move(slot));
    throw;
  }
  return Lease(*this, std::move(slot));
}

Pool::Slot Pool::takeSlot() {
  const auto start = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  Slot slot;
  if (!waiters_.empty() || taken_ == settings_.size) {
    slot = waitForSlot(lock);
  } else {
    ++taken_;
    if (!idle_.empty()) {
      slot = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  ++counters_.acquired;
  counters_.waited += std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
  return slot;
}

Pool::Slot Pool::waitForSlot(std::unique_lock<std::mutex>& lock) {
  Waiter waiter;
  waiters_.push_back(&waiter);
  if (!waiter.granted_changed.wait_for(lock, settings_.acquire_timeout, [&] { return waiter.granted; })) {
    waiters_.erase(std::find(waiters_.begin(), waiters_.end(), &waiter));
    ++counters_.timed_out;
    throw PoolTimeout("no database connection became free within " + std::to_string(settings_.acquire_timeout.count()) +
                      " ms (all " + std::to_string(settings_.size) + " are in use)");
  }
  return std::move(waiter.slot);
}

void Pool::prepareSlot(Slot& slot) {
  const bool fresh = !slot;
  bool healed = false;
  try {
    if (fresh) slot = std::make_unique<Connection>(sessionSettings(), log_);
    else healed = slot->heal();
  } catch (const SqlError&) {
    const std::lock_guard lock(mutex_);
    ++counters_.unreachable;
    throw;
  }
  if (!fresh && !healed) return;
  if (healed) log_.info("postgres connection opened anew", {{"backend_pid", slot->backendPid()}});
  const std::lock_guard lock(mutex_);
  ++(fresh ? open_ : counters_.healed);
}

/// Hands the slot to the thread that has waited longest, or puts it aside.
void Pool::returnSlot(Slot slot) noexcept {
  const std::lock_guard lock(mutex_);
  if (!waiters_.empty()) {
    Waiter& next = *waiters_.front();
    waiters_.pop_front();
    next.slot = std::move(slot);
    next.granted = true;
    next.granted_changed.notify_one();  // under the lock: the waiter lives only until it can take it
    return;
  }
  --taken_;
  if (slot) idle_.push_back(std::move(slot));
}

PoolStats Pool::stats() const {
  const std::lock_guard lock(mutex_);
  PoolStats stats = counters_;
  stats.size = settings_.size;
  stats.open = static_cast<int>(open_);
  stats.in_use = taken_;
  stats.waiting = static_cast<int>(waiters_.size());
  return stats;
}

SessionSettings Pool::sessionSettings() const {
  return {.url = settings_.url,
          .role = settings_.role,
          .plan_once = settings_.plan_once,
          .application_name = settings_.application_name,
          .connect_timeout = settings_.connect_timeout,
          .statement_timeout = settings_.statement_timeout};
}

}  // namespace belfry::pg
