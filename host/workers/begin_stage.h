// Begins claimed deliveries, one after the other, on a thread of its own: beginning one takes tens of microseconds, and
// the next ones are claimed meanwhile. Tenants take turns.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "kit/turn_queue.h"
#include "model/delivery.h"

namespace belfry {

/// What an attempt begins with.
struct Beginning {
  ClaimedDelivery claim;
  std::optional<LoadedNotification> notification;  ///< nullopt: it cannot be read
  std::chrono::steady_clock::time_point claimed_at;
};

class BeginStage {
 public:
  using Begin = std::function<void(Beginning)>;
  using HasRoom = std::function<void()>;

  /// `begin` is called for each, on the stage's thread; it must not throw.
  /// `has_room` is called when fewer than `mark` are left to be begun after `mark` or more were, on the same thread.
  BeginStage(std::string name, std::size_t mark, Begin begin, HasRoom has_room);
  ~BeginStage();

  void start();
  /// False once it was stopped: they are not begun. Thread-safe; returns at once.
  [[nodiscard]] bool push(std::vector<Beginning>& beginnings);
  /// Whether fewer than `mark` wait. Thread-safe.
  bool room() const;
  /// Begins what waits and ends.
  void stop();

 private:
  void run();

  const std::string name_;
  const std::size_t mark_;
  const Begin begin_;
  const HasRoom has_room_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  TurnQueue<TenantId, Beginning> queue_;  // guarded by mutex_
  bool stopping_ = false;                 // guarded by mutex_
  std::thread thread_;
};

}  // namespace belfry
