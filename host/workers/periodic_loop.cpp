#include "workers/periodic_loop.h"

namespace belfry {

PeriodicLoop::PeriodicLoop(std::string name, std::chrono::milliseconds pause, Step step, const Log& log)
    : name_(std::move(name)), pause_(pause), step_(std::move(step)), log_(log) {}

PeriodicLoop::~PeriodicLoop() { stop(); }

void PeriodicLoop::start() {
  thread_ = std::thread([this] { run(); });
}

void PeriodicLoop::wake() { stop_.notify(); }

void PeriodicLoop::stop() {
  stop_.requestStop();
  if (thread_.joinable()) thread_.join();
}

/// False when a wake came meanwhile, which the pause must then not wait for.
bool PeriodicLoop::restedUnwoken() {
  using Steady = std::chrono::steady_clock;
  const auto end = Steady::now() + rest_;
  bool woken = false;
  for (auto now = Steady::now(); now < end; now = Steady::now()) {
    if (stop_.waitFor(std::chrono::ceil<Duration>(end - now))) return false;
    woken = woken || Steady::now() < end;
  }
  return !woken;
}

void PeriodicLoop::run() {
  nameThread(name_);
  while (!stop_.stopped()) {
    bool more = false;
    try {
      more = step_();
    } catch (const std::exception& error) {
      log_.warn("loop step failed, will be tried again", {{"loop", name_}, {"reason", error.what()}});
    }
    if (!more && restedUnwoken()) stop_.waitFor(pause_);
  }
}

}  // namespace belfry
