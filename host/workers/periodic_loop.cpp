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

void PeriodicLoop::run() {
  nameThread(name_);
  while (!stop_.stopped()) {
    bool more = false;
    try {
      more = step_();
    } catch (const std::exception& error) {
      log_.warn("loop step failed, will be tried again", {{"loop", name_}, {"reason", error.what()}});
    }
    if (!more) stop_.waitFor(pause_);
  }
}

}  // namespace belfry
