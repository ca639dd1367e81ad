// Claims due deliveries for as many slots as are free and starts each attempt. One thread; what it starts runs
// elsewhere.
//
// The thread wakes when intake stored something (here or, by LISTEN, on another host), when a slot becomes free, when
// the next waiting delivery becomes due, and at the latest after `poll`. This way needs nothing but PostgreSQL and
// stays: it is what Belfry does when Redis is away.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "kit/log.h"
#include "kit/time.h"
#include "kit/uuid.h"
#include "ports/work_store.h"
#include "services/delivery/delivery_pipeline.h"
#include "services/queues/queue_gate.h"
#include "workers/priority_shares.h"

namespace belfry {

struct DeliveryLoopSettings {
  int slots = 512;  ///< attempts in flight
  std::chrono::milliseconds lease{60000};
  std::chrono::milliseconds lease_margin{
      0};  ///< taken off the lease before the last moment to begin an exchange; 0: a tenth of it
  std::chrono::milliseconds poll{1000};
};

class DeliveryLoop {
 public:
  DeliveryLoop(WorkStore& store, DeliveryPipeline& pipeline, const Clock& clock, const Log& log,
               DeliveryLoopSettings settings);
  ~DeliveryLoop();

  void start();
  /// Claims of queues that this gate closes are parked instead of being begun. Before start().
  void setGate(const QueueGate& gate) { gate_ = &gate; }
  /// One that was begun goes back, parked: it cannot be sent now because of a pause. Its slot is free. Thread-safe.
  void putBack(const ClaimedDelivery& claim);
  /// Something may be due. Thread-safe, cheap.
  void wake();
  /// `count` attempts were settled. Thread-safe.
  void freeSlots(std::size_t count);
  /// Claims no more. Returns when every attempt in flight was settled, or at the deadline.
  void drain(std::chrono::steady_clock::time_point deadline);
  int inFlight() const noexcept { return in_flight_.load(); }

 private:
  /// When to look again.
  enum class Next { at_once, when_due, after_poll };

  void run();
  Next turn(bool last);
  Next claimOnce();
  Next begin(std::vector<ClaimedDelivery> claims, std::chrono::steady_clock::time_point claimed_at);
  void releaseUnbegun();
  void parkClosed();
  std::vector<ClaimedDelivery> withoutClosed(std::vector<ClaimedDelivery> claims);
  std::chrono::steady_clock::time_point nextLook();
  void waitUntil(std::chrono::steady_clock::time_point when);

  WorkStore& store_;
  DeliveryPipeline& pipeline_;
  const Clock& clock_;
  const Log& log_;
  const DeliveryLoopSettings settings_;
  const Uuid owner_;
  PriorityShares shares_;  // used by the loop's thread
  std::vector<ClaimedDelivery>
      unbegun_;  // used by the loop's thread; claims that could not be loaded and not be given back yet
  const QueueGate* gate_ = nullptr;
  std::atomic<int> in_flight_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;                   // guarded by mutex_
  bool stopping_ = false;                // guarded by mutex_
  std::vector<ClaimedDelivery> closed_;  // guarded by mutex_; claims of paused queues that are to be parked
  std::thread thread_;
};

}  // namespace belfry
