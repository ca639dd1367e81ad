// A stop request that poll(2) can wait for beside a child's end; kit's StopSignal waits on a condition variable only.
#pragma once

#include <chrono>

namespace belfry::embedded {

/// Once set it stays set. Thread-safe.
class StopEvent {
 public:
  StopEvent();
  ~StopEvent();
  StopEvent(const StopEvent&) = delete;
  StopEvent& operator=(const StopEvent&) = delete;

  void set() noexcept;
  bool isSet() const noexcept;
  /// Readable from set() on.
  int fd() const noexcept { return fd_; }
  /// Waits at most `limit`; returns isSet().
  bool waitFor(std::chrono::milliseconds limit) const;

 private:
  int fd_;
};

}  // namespace belfry::embedded
