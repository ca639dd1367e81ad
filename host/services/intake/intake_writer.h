// Joins concurrent sends into one transaction. No artificial wait: the writer takes whatever arrived while its last
// commit ran.
//
// A group is written in one round trip. When the connection is lost around the commit, the same ids are submitted again
// and the store folds what is already there, so an ambiguous commit neither loses nor doubles. Doubles within a group
// (same tenant, key and request) are one row with several answers, so that a client that repeats itself costs no commit
// of its own. When a row is refused, the group is split until the one bad row stands alone; every other row is stored.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "kit/log.h"
#include "kit/result.h"
#include "model/problem.h"
#include "ports/intake_store.h"
#include "services/intake/group_dispatch.h"

namespace belfry {

struct IntakeWriterSettings {
  std::size_t queue_limit = 20000;             ///< notifications waiting; beyond it sends are refused with 503
  std::size_t group_limit = 1000;              ///< most notifications in one transaction
  std::chrono::milliseconds retry_for{10000};  ///< how long a group is tried again while the database is away
};

class IntakeWriter {
 public:
  /// Called once per submission, on the writer's thread: after the commit for Stored. Must not block.
  using Completion = std::function<void(Result<IntakeOutcome, Problem>)>;

  /// What is stored goes to `dispatch`. `name` is the thread's.
  IntakeWriter(IntakeStore& store, Dispatch& dispatch, const Log& log, IntakeWriterSettings settings,
               std::string name = "intake");
  ~IntakeWriter();

  void start();
  /// Writes what is queued, then ends; what the database does not take now is refused. Later submissions are refused.
  void stop();
  /// Returns at once. When the queue is full or the writer stopped, the completion comes before this returns.
  /// Thread-safe.
  void submit(NewNotification notification, Completion completion);

 private:
  struct Entry {
    NewNotification notification;
    Completion completion;
    std::vector<Completion> doubles;  ///< of the same request: they get its answer as a replay
  };
  using Entries = std::vector<Entry>;

  void run();
  Entries takeGroup();
  void write(Entries& group);
  void complete(Entries& group, const std::vector<NewNotification>& rows, std::vector<IntakeOutcome> outcomes);
  void refuse(Entries& group, const Problem& problem);
  bool pauseBeforeRetry(std::chrono::steady_clock::time_point give_up);
  void bisect(Entries& group, const std::string& reason);

  IntakeStore& store_;
  Dispatch& dispatch_;
  const Log& log_;
  const IntakeWriterSettings settings_;
  const std::string name_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Entry> queue_;  // guarded by mutex_
  bool stopping_ = false;    // guarded by mutex_
  std::thread thread_;
};

}  // namespace belfry
