// Joins finished attempts into one transaction, each as soon as it is finished: the thread takes whatever ended while
// its last commit ran. While the database is away, settlements wait in memory and are tried again; if the process dies,
// their leases run out instead.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "kit/log.h"
#include "kit/thread.h"
#include "ports/work_store.h"

namespace belfry {

class SettleStream {
 public:
  /// Gets each group of attempts that ended: their slots are free again.
  using Settled = std::function<void(std::span<const Settlement>)>;

  SettleStream(WorkStore& store, Settled settled, const Log& log);
  ~SettleStream();

  /// `found` is called after a group for which parked receipts wait. Before start().
  void whenReceiptsWait(std::function<void()> found) { receipts_wait_ = std::move(found); }
  void start();
  /// Thread-safe; returns at once.
  void push(Settlement settlement);
  /// Settles what is queued and ends; gives up at the deadline (leases then do the rest).
  void stop(std::chrono::steady_clock::time_point deadline);

 private:
  static constexpr std::size_t kGroupLimit = 1000;

  void run();
  std::vector<Settlement> takeGroup();
  void settle(std::vector<Settlement> group);
  bool mayRetry();

  WorkStore& store_;
  const Settled settled_;
  const Log& log_;
  std::function<void()> receipts_wait_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Settlement> queue_;                                                                 // guarded by mutex_
  bool stopping_ = false;                                                                         // guarded by mutex_
  std::chrono::steady_clock::time_point give_up_ = std::chrono::steady_clock::time_point::max();  // guarded by mutex_
  std::thread thread_;
};

}  // namespace belfry
