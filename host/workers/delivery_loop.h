// Claims due deliveries for as many slots as are free and starts each attempt. One thread claims, another begins what
// was claimed (BeginStage); what is begun runs elsewhere. Critical deliveries have a loop, and so slots, of their own:
// nothing else can stand before them.
//
// The claiming thread wakes when deliveries became ready here (their hints are out), when another host or the database
// says that there may be more (then it looks in the database too), when slots become free, and at the latest after
// `poll`. While more waits than there are slots it waits for a handful of slots, or two milliseconds, before it claims
// again: a claim for each slot would cost more than what it claims. It stays one group ahead of what is begun.
//
// Deliveries may come straight from intake, already claimed: intake reserves slots, which it gets only while nothing
// else waits for them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "kit/log.h"
#include "services/delivery/delivery_pipeline.h"
#include "services/intake/dispatch.h"
#include "services/queues/queue_gate.h"
#include "workers/begin_stage.h"
#include "workers/priority_shares.h"
#include "workers/work_source.h"

namespace belfry {

struct DeliveryLoopSettings {
  std::string name = "delivery";  ///< of the thread that begins; that which claims is called after it
  std::vector<Priority> priorities = allPriorityList();
  int slots = 512;                            ///< attempts in flight
  std::chrono::milliseconds lease_margin{0};  ///< taken off the lease before the last moment to begin an exchange; 0: a
                                              ///< tenth of it
  std::chrono::milliseconds poll{1000};

  static std::vector<Priority> allPriorityList() { return {allPriorities().begin(), allPriorities().end()}; }
};

class DeliveryLoop {
 public:
  DeliveryLoop(WorkSource source, DeliveryPipeline& pipeline, const Log& log, DeliveryLoopSettings settings);
  ~DeliveryLoop();

  void start();
  /// Claims of queues that this gate closes are parked instead of being begun. Before start().
  void setGate(const QueueGate& gate) { gate_ = &gate; }
  /// One that was begun goes back, parked: it cannot be sent now because of a pause. Its slot is free. Thread-safe.
  void putBack(const ClaimedDelivery& claim);
  /// Something became ready, and its hint is out. Thread-safe, cheap.
  void wake();
  /// The database may hold more than the hints tell. Thread-safe, cheap.
  void look();
  /// `count` attempts were settled. Thread-safe.
  void freeSlots(std::size_t count);
  /// Up to `wanted` slots for deliveries that come claimed; none while others wait. Thread-safe.
  int reserve(int wanted);
  /// Begins deliveries that were stored as claimed, in slots that were reserved. Thread-safe.
  void begin(std::vector<HandedOver> deliveries, std::chrono::steady_clock::time_point claimed_at);
  /// Gives claims back to their lanes and their slots free. Thread-safe.
  void release(std::vector<ClaimedDelivery> claims);
  /// Claims no more. Returns when every attempt in flight was settled, or at the deadline.
  void drain(std::chrono::steady_clock::time_point deadline);
  int inFlight() const noexcept { return in_flight_.load(); }

 private:
  using TimePoint = std::chrono::steady_clock::time_point;
  /// When to look again.
  enum class Next { at_once, soon, when_begun, when_freed, when_polled };

  void run();
  Next turn(bool last);
  void beginOne(Beginning beginning);
  void stage(std::vector<Beginning> beginnings);
  void giveBack();
  void releaseUnbegun();
  Next claimOnce();
  void beginClaimed(std::vector<ClaimedWork> claims, TimePoint claimed_at);
  TimePoint lastMoment(TimePoint claimed_at) const;
  void wait(Next next);
  void wakeLocked();
  void parkClosed();
  bool isClosed(const ClaimedDelivery& claim) const;

  WorkSource source_;
  DeliveryPipeline& pipeline_;
  const Log& log_;
  const DeliveryLoopSettings settings_;
  const int handful_;      // of free slots that are worth a claim while more waits
  PriorityShares shares_;  // used by the claiming thread
  TimePoint next_look_{};  // used by the claiming thread: when to look in the database again, whatever the hints say
  const QueueGate* gate_ = nullptr;
  std::atomic<int> in_flight_{0};
  std::atomic<bool> backlog_{true};  // others may wait for slots; known to be false after a claim that found nothing
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<ClaimedDelivery> unbegun_;  // guarded by mutex_; claims that are to be given back
  bool woken_ = false;                    // guarded by mutex_
  bool freed_ = false;                    // guarded by mutex_; slots became free while others wait for some
  bool ready_ = true;                     // guarded by mutex_; hints came since the last claim began
  bool look_ = false;                     // guarded by mutex_
  bool stopping_ = false;                 // guarded by mutex_
  std::vector<ClaimedDelivery> closed_;   // guarded by mutex_; claims of paused queues that are to be parked
  BeginStage stage_;
  std::thread thread_;
};

}  // namespace belfry
