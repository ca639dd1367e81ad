// Runs a step on a thread of its own whenever something is due: the step does what is due and says when to look again.
//
// Between steps the thread waits until then, and at most `pause`, since another process may have put something in
// front. An error is logged, and the next turn after the pause tries again.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "kit/log.h"
#include "kit/thread.h"
#include "kit/time.h"

namespace belfry {

class DueLoop {
 public:
  /// nullopt: nothing waits.
  using Step = std::function<std::optional<TimePoint>()>;

  DueLoop(std::string name, std::chrono::milliseconds pause, Step step, const Clock& clock, const Log& log);
  ~DueLoop();

  void start();
  /// Something may be due earlier. Thread-safe.
  void wake() { stop_.notify(); }
  void stop();

 private:
  void run();
  Duration untilNext();

  const std::string name_;
  const Duration pause_;
  const Step step_;
  const Clock& clock_;
  const Log& log_;
  StopSignal stop_;
  std::thread thread_;
};

}  // namespace belfry
