// Threads that take what is queued, in groups as large as what arrived while the last one ran. For work that waits for
// the database and must not be done where it arises: on an io thread or inside a plugin's answer.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <iterator>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "kit/thread.h"

namespace belfry {

template <class Job>
class JobLane {
 public:
  /// `run` gets 1 to `group_limit` jobs; it must not throw.
  JobLane(std::string name, int threads, std::size_t group_limit, std::function<void(std::vector<Job>)> run)
      : name_(std::move(name)), thread_count_(threads), group_limit_(group_limit), run_(std::move(run)) {}
  ~JobLane() { stop(); }
  JobLane(const JobLane&) = delete;
  JobLane& operator=(const JobLane&) = delete;

  void start() {
    for (int i = 0; i < thread_count_; ++i) threads_.emplace_back([this] { loop(); });
  }
  /// Runs what is queued, then ends the threads. May be called twice.
  void stop() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    arrived_.notify_all();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }
  /// Returns at once; false and nothing done after stop(). Thread-safe.
  bool push(Job job) {
    {
      std::lock_guard lock(mutex_);
      if (stopping_) return false;
      queue_.push_back(std::move(job));
    }
    arrived_.notify_one();
    return true;
  }

 private:
  void loop() {
    nameThread(name_);
    for (;;) {
      auto group = take();
      if (group.empty()) return;
      run_(std::move(group));
    }
  }
  std::vector<Job> take() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    const auto count = static_cast<std::ptrdiff_t>(std::min(queue_.size(), group_limit_));
    std::vector<Job> group(std::make_move_iterator(queue_.begin()), std::make_move_iterator(queue_.begin() + count));
    queue_.erase(queue_.begin(), queue_.begin() + count);
    return group;
  }

  const std::string name_;
  const int thread_count_;
  const std::size_t group_limit_;
  const std::function<void(std::vector<Job>)> run_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Job> queue_;  // guarded by mutex_; bounded by who pushes
  bool stopping_ = false;  // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace belfry
