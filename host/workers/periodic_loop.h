// Runs a step again and again on a thread of its own, with a pause that the step may ask to skip.
// The loops rescue, relay, upkeep and catalogue watch are steps; an error is logged and the next turn tries again.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "kit/log.h"
#include "kit/thread.h"

namespace belfry {

class PeriodicLoop {
 public:
  /// True: there is more to do, run again at once.
  using Step = std::function<bool()>;

  PeriodicLoop(std::string name, std::chrono::milliseconds pause, Step step, const Log& log);
  ~PeriodicLoop();

  /// However often it is woken, a step that left nothing to do is followed by this much rest. Before start().
  void restBetweenSteps(std::chrono::milliseconds rest) { rest_ = rest; }
  void start();
  /// Ends the pause early. Thread-safe.
  void wake();
  void stop();

 private:
  void run();
  bool restedUnwoken();

  const std::string name_;
  const std::chrono::milliseconds pause_;
  const Step step_;
  const Log& log_;
  std::chrono::milliseconds rest_{0};
  StopSignal stop_;
  std::thread thread_;
};

}  // namespace belfry
