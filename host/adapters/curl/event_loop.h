// One thread that waits for sockets, timers and posted work (epoll, eventfd). Handlers run on the thread in run(), one
// at a time, and must not block.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace belfry::curl {

class EventLoop {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;
  using Watcher = std::function<void(std::uint32_t epoll_events)>;
  using Task = std::function<void()>;
  using Timer = std::pair<SteadyTime, std::uint64_t>;  ///< when, and a number that makes it unique

  /// Throws std::system_error when the kernel gives no epoll or eventfd.
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Handles events until quit(); what was posted before quit() is done. [loop thread]
  void run();
  /// Urgent: before what waits, ready sockets included.
  enum class Urgency { ordinary, urgent };

  /// Runs `task` soon on the loop's thread, in the order of posting among those of its urgency. Thread-safe.
  void post(Task task, Urgency urgency = Urgency::ordinary);
  /// Makes run() return once what was posted is done. Thread-safe.
  void quit();

  /// Calls `watcher` while `fd` is ready, level-triggered; replaces an earlier watch of it. [loop thread]
  void watch(int fd, std::uint32_t epoll_events, Watcher watcher);
  /// Changes what a watched fd waits for. [loop thread]
  void rearm(int fd, std::uint32_t epoll_events);
  /// Must come before the fd is closed. A watcher may do it to itself. Unknown fds are ignored. [loop thread]
  void unwatch(int fd);

  /// Calls `task` once at `when` or soon after. [loop thread]
  Timer at(SteadyTime when, Task task);
  /// No effect on one that has run. [loop thread]
  void cancel(const Timer& timer);

 private:
  int waitMilliseconds() const;
  void runTimers();
  void runPosted();
  void runUrgent();
  void control(int operation, int fd, std::uint32_t epoll_events);

  int epoll_fd_;
  int wake_fd_;
  std::unordered_map<int, std::shared_ptr<Watcher>> watchers_;  // shared: one may remove itself while it runs
  std::map<Timer, Task> timers_;
  std::uint64_t next_timer_ = 0;
  bool quitting_ = false;

  std::atomic<bool> has_urgent_{false};
  std::mutex mutex_;
  std::vector<Task> posted_;  // guarded by mutex_
  std::vector<Task> urgent_;  // guarded by mutex_
};

}  // namespace belfry::curl
