// Keeps the hints true enough: pushes what became ready, fills lists that ran empty, makes all anew when they were
// lost, and compares the lists with the database from time to time. One thread, so that neither a commit nor a claim
// ever waits for the hints.
//
// The comparison costs a look for each lane, not for each delivery. It finds what was lost one by one: a lane without
// hints, and a lane whose longest waiting delivery stays the same from one comparison to the next.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "kit/log.h"
#include "ports/ready_hints.h"
#include "ports/ready_store.h"

namespace belfry {

struct HintFeederSettings {
  std::chrono::milliseconds compare_every{1000};  ///< how often hints and database are compared
  int refill = 5000;                              ///< how many hints fill a list that ran empty
  std::size_t queue_limit = 100000;  ///< hints that wait to be pushed; beyond it they are left to the comparison
};

class HintFeeder {
 public:
  /// `fed` is called when hints were added, on the feeder's thread.
  HintFeeder(ReadyHints& hints, ReadyStore& store, std::function<void()> fed, const Log& log,
             HintFeederSettings settings);
  ~HintFeeder();

  void start();
  void stop();
  /// Became ready. Thread-safe, returns at once.
  void push(std::vector<ReadyDelivery> ready);
  /// Lists of these lanes ran empty though more waits. Thread-safe, returns at once.
  void refill(std::vector<Lane> lanes);

 private:
  struct Tasks {
    std::vector<ReadyDelivery> ready;
    std::set<Lane> lanes;
    bool compare = false;
    bool stopping = false;
  };

  void run();
  Tasks next();
  void work(const Tasks& tasks);
  void fill(const Lane& lane, int limit);
  void compare();
  std::vector<Lane> stalled(const std::vector<ReadyLane>& lanes, const std::vector<Lane>& empty);

  ReadyHints& hints_;
  ReadyStore& store_;
  const std::function<void()> fed_;
  const Log& log_;
  const HintFeederSettings settings_;
  std::map<Lane, DeliveryId> oldest_;                        // used by the thread: as of the last comparison
  std::chrono::steady_clock::time_point next_comparison_{};  // used by the thread
  std::mutex mutex_;
  std::condition_variable changed_;
  Tasks tasks_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace belfry
