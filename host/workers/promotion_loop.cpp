#include "workers/promotion_loop.h"

#include <algorithm>

namespace belfry {
namespace {

constexpr int kGroup = 1000;

}  // namespace

PromotionLoop::PromotionLoop(ReadyStore& store, std::function<void(std::vector<ReadyDelivery>)> promoted,
                             const Log& log, std::chrono::milliseconds poll)
    : store_(store), promoted_(std::move(promoted)), log_(log), poll_(poll) {}

PromotionLoop::~PromotionLoop() { stop(); }

void PromotionLoop::start() {
  thread_ = std::thread([this] { run(); });
}

void PromotionLoop::wake() { stop_.notify(); }

void PromotionLoop::stop() {
  stop_.requestStop();
  if (thread_.joinable()) thread_.join();
}

void PromotionLoop::run() {
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

Duration PromotionLoop::step() {
  auto ready = store_.promoteDue(kGroup);
  const bool more = ready.size() == kGroup;
  if (!ready.empty()) promoted_(std::move(ready));
  if (more) return Duration::zero();
  const auto next = store_.untilNextDue();
  return next ? std::clamp(*next, Duration::zero(), Duration(poll_)) : Duration(poll_);
}

}  // namespace belfry
