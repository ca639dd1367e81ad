// Queues what was scheduled or put off, the moment its time comes. One thread; several hosts may run one each, each
// queues what the others do not.
//
// Time is the database's: the thread sleeps as long as the database says that nothing becomes due, and at most `poll`,
// since another host may store something that is due earlier.
#pragma once

#include <functional>
#include <thread>
#include <vector>

#include "kit/log.h"
#include "kit/thread.h"
#include "ports/ready_store.h"

namespace belfry {

class PromotionLoop {
 public:
  /// `promoted` is called with what was queued, on the loop's thread.
  PromotionLoop(ReadyStore& store, std::function<void(std::vector<ReadyDelivery>)> promoted, const Log& log,
                std::chrono::milliseconds poll);
  ~PromotionLoop();

  void start();
  /// Something was stored that becomes due later. Thread-safe, cheap.
  void wake();
  void stop();

 private:
  void run();
  /// How long to sleep.
  Duration step();

  ReadyStore& store_;
  const std::function<void(std::vector<ReadyDelivery>)> promoted_;
  const Log& log_;
  const std::chrono::milliseconds poll_;
  StopSignal stop_;
  std::thread thread_;
};

}  // namespace belfry
