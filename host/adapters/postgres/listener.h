// LISTEN on a connection of its own, on a thread of its own.
//
// Notifications are hints: they are lost while the connection is down, so whoever listens must also look by itself, at
// the latest when onReconnected says that something may have been missed. Reconnects with growing pauses for ever.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "kit/log.h"
#include "kit/thread.h"

struct pg_conn;

namespace belfry::pg {

struct ListenerSettings {
  std::string url;
  std::vector<std::string> channels;
  std::string application_name = "belfry-listener";
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds min_pause{100};      ///< before the second attempt; doubles
  std::chrono::milliseconds max_pause{5000};     ///< between attempts
  std::chrono::milliseconds check_every{30000};  ///< a quiet connection is asked whether it still lives
};

class Listener {
 public:
  using OnNotify = std::function<void(std::string_view channel, std::string_view payload)>;
  using OnReconnected = std::function<void()>;

  /// Starts the thread. Both callbacks run on it, one at a time; onReconnected after each successful LISTEN, the first
  /// included. An exception that leaves a callback is logged and the thread goes on. `log` must outlive the listener.
  Listener(ListenerSettings settings, OnNotify on_notify, OnReconnected on_reconnected, const Log& log);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Ends the thread within milliseconds, also while it connects. Idempotent; not from a callback.
  void stop();
  bool connected() const noexcept { return connected_; }

 private:
  struct Finish {
    void operator()(pg_conn* handle) const noexcept;
  };
  using Handle = std::unique_ptr<pg_conn, Finish>;

  void loop();
  Handle connect();
  bool waitForSocket(const pg_conn* handle, short events, std::chrono::steady_clock::time_point deadline) const;
  bool command(pg_conn* handle, const std::string& sql) const;
  bool listen(pg_conn* handle) const;
  void receive(pg_conn* handle);
  bool deliver(pg_conn* handle);
  void call(const char* what, const std::function<void()>& callback) const;

  const ListenerSettings settings_;
  const OnNotify on_notify_;
  const OnReconnected on_reconnected_;
  const Log& log_;
  StopSignal stop_;
  int stop_fd_;  // eventfd: readable once stop() was called, so that poll() ends
  std::atomic<bool> connected_{false};
  std::thread thread_;
};

}  // namespace belfry::pg
