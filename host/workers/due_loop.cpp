#include "workers/due_loop.h"

#include <algorithm>

namespace belfry {
namespace {

constexpr int kGroup = 1000;

}  // namespace

DueLoop::DueLoop(ReadyStore& store, std::function<void(std::vector<ReadyDelivery>)> promoted, const Log& log,
                 std::chrono::milliseconds poll)
    : store_(store), promoted_(std::move(promoted)), log_(log), poll_(poll) {}

DueLoop::~DueLoop() { stop(); }

void DueLoop::start() {
  thread_ = std::thread([this] { run(); });
}

void DueLoop::wake() { stop_.notify(); }

void DueLoop::stop() {
  stop_.requestStop();
  if (thread_.joinable()) thread_.join();
}

void DueLoop::run() {
  nameThread("due");
  while (!stop_.stopped()) {
    Duration pause = poll_;
    try {
      pause = step();
    } catch (const std::exception& error) {
      log_.warn("what is due cannot be queued, will be tried again", {{"reason", error.what()}});
    }
    if (pause > Duration::zero()) stop_.waitFor(pause);
  }
}

Duration DueLoop::step() {
  auto ready = store_.promoteDue(kGroup);
  const bool more = ready.size() == kGroup;
  if (!ready.empty()) promoted_(std::move(ready));
  if (more) return Duration::zero();
  const auto next = store_.untilNextDue();
  return next ? std::clamp(*next, Duration::zero(), Duration(poll_)) : Duration(poll_);
}

}  // namespace belfry
