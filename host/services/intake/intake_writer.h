// Joins concurrent sends, and the chunks of batches, into one transaction. No artificial wait: the writer takes
// whatever arrived while its last commit ran.
//
// A group is written in one round trip (with chunks, two). When the connection is lost around the commit, the same ids
// are submitted again and the store folds what is already there, so an ambiguous commit neither loses nor doubles.
// Doubles within a group (same tenant, key and request) are one row with several answers, so that a client that repeats
// itself costs no commit of its own. When something is refused, the group is split until the one bad row or chunk
// stands alone; everything else is stored.
//
// A chunk is never split over two commits. Sends and chunks wait in two queues and each group takes from both, so that
// a send waits for one chunk at most and a chunk for no more sends than fit a group.
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
#include "ports/chunk_intake.h"
#include "services/intake/group_dispatch.h"
#include "services/intake/intake_room.h"

namespace belfry {

struct IntakeWriterSettings {
  std::size_t queue_limit = 20000;             ///< notifications waiting; beyond it sends are refused with 503
  std::size_t queue_bytes = 32 * 1024 * 1024;  ///< the same by what they hold in memory
  int tenant_share_percent = 50;               ///< of both that one tenant may fill; beyond it 429
  std::size_t group_limit = 1000;              ///< most sends in one transaction, and most notifications of its chunks
  std::chrono::milliseconds retry_for{10000};  ///< how long a group is tried again while the database is away
};

class IntakeWriter {
 public:
  /// Called once per submission, on the writer's thread: after the commit for what was stored. Must not block.
  using Completion = std::function<void(Result<IntakeOutcome, Problem>)>;
  using ChunkCompletion = std::function<void(Result<ChunkOutcome, Problem>)>;

  /// What is stored goes to `dispatch`. `name` is the thread's.
  IntakeWriter(IntakeStore& store, Dispatch& dispatch, const Log& log, IntakeWriterSettings settings,
               std::string name = "intake");
  ~IntakeWriter();

  void start();
  /// Writes what is queued, then ends; what the database does not take now is refused. Later submissions are refused.
  void stop();
  /// Returns at once. When there is no room or the writer stopped, the completion comes before this returns.
  /// Thread-safe.
  void submit(NewNotification notification, Completion completion);
  void submit(NewChunk chunk, ChunkCompletion completion);

 private:
  struct Entry {
    NewNotification notification;
    Completion completion;
    IntakeLoad load;
    std::vector<Completion> doubles = {};  ///< of the same request: they get its answer as a replay
  };
  struct ChunkEntry {
    NewChunk chunk;
    ChunkCompletion completion;
    IntakeLoad load;
  };
  struct Group {
    std::vector<Entry> singles;
    std::vector<ChunkEntry> chunks;
    std::size_t size() const { return singles.size() + chunks.size(); }
  };

  template <class Waiting, class Queue>
  void enqueue(Waiting entry, TenantId tenant, Queue& queue);
  void run();
  Group takeGroup();
  void takeSingles(Group& group);
  void takeChunks(Group& group);
  void write(Group& group);
  GroupOutcomes store(const std::vector<NewNotification>& rows, const std::vector<NewChunk>& chunks,
                      const ClaimTerms& terms);
  void complete(Group& group, const std::vector<NewNotification>& rows, GroupOutcomes outcomes);
  void refuse(Group& group, const Problem& problem);
  bool pauseBeforeRetry(std::chrono::steady_clock::time_point give_up);
  void bisect(Group& group, const std::string& reason);

  IntakeStore& store_;
  Dispatch& dispatch_;
  const Log& log_;
  const IntakeWriterSettings settings_;
  const std::string name_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Entry> singles_;      // guarded by mutex_
  std::deque<ChunkEntry> chunks_;  // guarded by mutex_
  IntakeRoom room_;                // guarded by mutex_
  bool stopping_ = false;          // guarded by mutex_
  std::thread thread_;
};

}  // namespace belfry
