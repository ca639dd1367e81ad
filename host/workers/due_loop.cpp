#include "workers/due_loop.h"

#include <algorithm>

namespace belfry {
namespace {

/// The database's clock, which says what is due, may be a little behind this one.
constexpr Duration kLeastWait = std::chrono::milliseconds(5);

}  // namespace

DueLoop::DueLoop(std::string name, std::chrono::milliseconds pause, Step step, const Clock& clock, const Log& log)
    : name_(std::move(name)), pause_(pause), step_(std::move(step)), clock_(clock), log_(log) {}

DueLoop::~DueLoop() { stop(); }

void DueLoop::start() {
  thread_ = std::thread([this] { run(); });
}

void DueLoop::stop() {
  stop_.requestStop();
  if (thread_.joinable()) thread_.join();
}

void DueLoop::run() {
  nameThread(name_);
  while (!stop_.stopped()) stop_.waitFor(untilNext());
}

Duration DueLoop::untilNext() {
  try {
    const auto next = step_();
    return next ? std::clamp(*next - clock_.now(), kLeastWait, pause_) : pause_;
  } catch (const std::exception& error) {
    log_.warn("loop step failed, will be tried again", {{"loop", name_}, {"reason", error.what()}});
    return pause_;
  }
}

}  // namespace belfry
