// One thread for what an operation must not do itself: reading what plugins keep, and waiting for a time to come.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace belfry::plugins {

class TaskThread {
 public:
  using Task = std::function<void()>;

  TaskThread();
  /// Drops what has not begun.
  ~TaskThread();
  TaskThread(const TaskThread&) = delete;
  TaskThread& operator=(const TaskThread&) = delete;

  /// Runs it soon, after those posted before. Tasks must not throw. Thread-safe.
  void post(Task task) { at(std::chrono::steady_clock::now(), std::move(task)); }
  /// Runs it at that time or soon after. Thread-safe.
  void at(std::chrono::steady_clock::time_point time, Task task);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<std::chrono::steady_clock::time_point, Task> tasks_;  // guarded by mutex_
  bool stopping_ = false;                                             // guarded by mutex_
  std::thread thread_;
};

}  // namespace belfry::plugins
