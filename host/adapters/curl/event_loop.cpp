#include "adapters/curl/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace belfry::curl {
namespace {

/// Each takes tens of microseconds, and what comes meanwhile waits.
constexpr int kEventsPerWait = 32;

[[noreturn]] void throwErrno(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

EventLoop::EventLoop() : epoll_fd_(epoll_create1(EPOLL_CLOEXEC)), wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (epoll_fd_ < 0 || wake_fd_ < 0) throwErrno("epoll or eventfd for exchanges");
  control(EPOLL_CTL_ADD, wake_fd_, EPOLLIN);
}

EventLoop::~EventLoop() {
  close(wake_fd_);
  close(epoll_fd_);
}

void EventLoop::run() {
  epoll_event events[kEventsPerWait];
  while (!quitting_) {
    const int ready = epoll_wait(epoll_fd_, events, kEventsPerWait, waitMilliseconds());
    if (ready < 0 && errno != EINTR) throwErrno("epoll_wait");
    for (int i = 0; i < ready; ++i) {
      runUrgent();
      const auto found = watchers_.find(events[i].data.fd);
      if (found == watchers_.end()) continue;
      const auto watcher = found->second;
      (*watcher)(events[i].events);
    }
    runTimers();
    runPosted();
  }
}

int EventLoop::waitMilliseconds() const {
  if (timers_.empty()) return -1;
  const auto left = timers_.begin()->first.first - std::chrono::steady_clock::now();
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<std::int64_t>(ms, 0, 60'000));
}

void EventLoop::runTimers() {
  const auto now = std::chrono::steady_clock::now();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    const Task task = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    task();
  }
}

void EventLoop::runPosted() {
  std::uint64_t wakes = 0;
  // Cleared before the queue is taken: what is posted afterwards wakes again. EAGAIN means nobody woke us.
  if (read(wake_fd_, &wakes, sizeof wakes) < 0 && errno != EAGAIN) throwErrno("read of eventfd");
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(posted_);
  }
  for (Task& task : tasks) {
    runUrgent();
    task();
  }
  runUrgent();
}

void EventLoop::runUrgent() {
  if (!has_urgent_.load(std::memory_order_acquire)) return;
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(urgent_);
    has_urgent_ = false;
  }
  for (Task& task : tasks) task();
}

void EventLoop::post(Task task, Urgency urgency) {
  {
    const std::lock_guard lock(mutex_);
    const bool woken = !posted_.empty() || !urgent_.empty();
    if (urgency == Urgency::urgent) {
      urgent_.push_back(std::move(task));
      has_urgent_ = true;
    } else {
      posted_.push_back(std::move(task));
    }
    if (woken) return;
  }
  const std::uint64_t one = 1;
  if (write(wake_fd_, &one, sizeof one) < 0 && errno != EAGAIN) throwErrno("write to eventfd");
}

void EventLoop::quit() {
  post([this] { quitting_ = true; });
}

void EventLoop::watch(int fd, std::uint32_t epoll_events, Watcher watcher) {
  auto& slot = watchers_[fd];
  const bool known = slot != nullptr;
  slot = std::make_shared<Watcher>(std::move(watcher));
  control(known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, epoll_events);
}

void EventLoop::rearm(int fd, std::uint32_t epoll_events) { control(EPOLL_CTL_MOD, fd, epoll_events); }

void EventLoop::unwatch(int fd) {
  if (watchers_.erase(fd) != 0) control(EPOLL_CTL_DEL, fd, 0);
}

EventLoop::Timer EventLoop::at(SteadyTime when, Task task) {
  const Timer timer{when, next_timer_++};
  timers_.emplace(timer, std::move(task));
  return timer;
}

void EventLoop::cancel(const Timer& timer) { timers_.erase(timer); }

void EventLoop::control(int operation, int fd, std::uint32_t epoll_events) {
  epoll_event event{};
  event.events = epoll_events;
  event.data.fd = fd;
  if (epoll_ctl(epoll_fd_, operation, fd, &event) == 0) return;
  // The library may have closed the fd, which removed it; adding anew is then right, deleting already done.
  if (operation == EPOLL_CTL_DEL && (errno == ENOENT || errno == EBADF)) return;
  if (operation == EPOLL_CTL_MOD && errno == ENOENT && epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) == 0) return;
  throwErrno("epoll_ctl");
}

}  // namespace belfry::curl
