#include "adapters/plugins/task_thread.h"

#include "kit/thread.h"

namespace belfry::plugins {

TaskThread::TaskThread() : thread_([this] { run(); }) {}

TaskThread::~TaskThread() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void TaskThread::at(std::chrono::steady_clock::time_point time, Task task) {
  {
    std::lock_guard lock(mutex_);
    tasks_.emplace(time, std::move(task));
  }
  changed_.notify_all();
}

void TaskThread::run() {
  nameThread("plugin-tasks");
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (tasks_.empty()) {
      changed_.wait(lock);
      continue;
    }
    auto next = tasks_.begin();
    if (auto time = next->first; time > std::chrono::steady_clock::now()) {
      changed_.wait_until(lock, time);
      continue;
    }
    auto task = std::move(next->second);
    tasks_.erase(next);
    lock.unlock();
    task();
    task = nullptr;  // what it holds ends outside of the lock
    lock.lock();
  }
}

}  // namespace belfry::plugins
