// What every thread of the host has: a name that tools show, and a way to be stopped without waiting out its sleep.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string_view>

#include "kit/time.h"

namespace belfry {

/// Names the calling thread for ps, gdb and perf; Linux keeps the first 15 bytes.
void nameThread(std::string_view name);

/// A stop flag that loops sleep on. One loop or several may share it. Thread-safe.
///
///   while (!stop.waitFor(interval)) doOneRound();
class StopSignal {
 public:
  /// Ends all present and future waits. There is no way back.
  void requestStop();
  bool stopped() const;
  /// Waits at most `limit`, until requestStop() or notify(). Returns stopped().
  bool waitFor(Duration limit);
  /// Ends all present waits without stopping; when nobody waits, the next wait ends at once, so that no wake-up is
  /// lost.
  void notify();

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
  bool pending_ = false;  // notify() came while nobody waited
  std::uint64_t notifications_ = 0;
  int waiting_ = 0;
};

}  // namespace belfry
