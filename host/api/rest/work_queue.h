// Threads that run requests which may wait for the database, behind a queue with an end: when it is full a request is
// refused at once instead of making everybody slow.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace belfry {

class WorkQueue {
 public:
  /// A job must not throw.
  using Job = std::function<void()>;

  WorkQueue(int threads, std::size_t limit);
  ~WorkQueue();  ///< stop()
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  void start();
  /// Runs what is queued, then ends the threads. May be called twice.
  void stop();
  /// False when `limit` jobs wait or the queue was stopped. Never waits. Thread-safe.
  bool offer(Job job);

 private:
  void run();

  const int thread_count_;
  const std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;   // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace belfry
