#include "api/rest/work_queue.h"

#include "kit/thread.h"

namespace belfry {

WorkQueue::WorkQueue(int threads, std::size_t limit) : thread_count_(threads), limit_(limit) {}

WorkQueue::~WorkQueue() { stop(); }

void WorkQueue::start() {
  for (int i = 0; i < thread_count_; ++i) threads_.emplace_back([this] { run(); });
}

void WorkQueue::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

bool WorkQueue::offer(Job job) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || jobs_.size() >= limit_) return false;
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
  return true;
}

void WorkQueue::run() {
  nameThread("rest");
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
  }
}

}  // namespace belfry
