// A pool that heals and waits.
//
// Connections are opened when first needed, at most `size`, and kept. Each is looked at when handed out: one whose
// server went away (restart, pg_terminate_backend, kill -9) is opened anew, so callers see at most the failure of the
// statement that was running. Poco's SessionPool was not taken: it hands out dead sessions, cannot reopen them and
// throws when all are busy. Waiters are served in the order they came. Thread-safe; must outlive its leases.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "adapters/postgres/connection.h"

namespace belfry::pg {

struct PoolSettings {
  std::string url;
  std::string role;  ///< empty: the login user
  int size = 8;      ///< at least 1
  std::chrono::milliseconds acquire_timeout{5000};
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds statement_timeout{30000};
  std::string application_name = "belfry";
  bool plan_once = false;  ///< see SessionSettings
};

/// All connections stayed busy for acquire_timeout: the host is overloaded (503), the database may be fine.
class PoolTimeout : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct PoolStats {
  int size = 0;
  int open = 0;  ///< connections that exist, in use or idle
  int in_use = 0;
  int waiting = 0;  ///< threads in acquire()
  std::uint64_t acquired = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t healed = 0;             ///< connections opened anew at check-out
  std::uint64_t unreachable = 0;        ///< check-outs that failed because the server was away
  std::chrono::microseconds waited{0};  ///< summed over all acquisitions
};

class Pool;

/// A connection for as long as this object lives. Move-only; used by one thread at a time.
class Lease {
 public:
  Lease(Lease&&) noexcept;
  Lease& operator=(Lease&&) noexcept;
  ~Lease();

  Connection* operator->() const noexcept { return connection_.get(); }
  Connection& operator*() const noexcept { return *connection_; }

 private:
  friend class Pool;
  Lease(Pool& pool, std::unique_ptr<Connection> connection) noexcept;
  void giveBack() noexcept;

  Pool* pool_;
  std::unique_ptr<Connection> connection_;
};

class Pool {
 public:
  /// Opens nothing yet. `log` must outlive the pool. Throws std::invalid_argument when size < 1.
  Pool(PoolSettings settings, const Log& log);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Waits at most acquire_timeout for a connection, then throws PoolTimeout. Throws SqlError (connectionLost) when the
  /// server is away: it does not wait for that, the caller knows better what to do meanwhile.
  Lease acquire();
  PoolStats stats() const;

 private:
  friend class Lease;
  struct Waiter;
  using Slot = std::unique_ptr<Connection>;  // null: the right to open one

  Slot takeSlot();
  Slot waitForSlot(std::unique_lock<std::mutex>& lock);
  void prepareSlot(Slot& slot);
  void returnSlot(Slot slot) noexcept;
  SessionSettings sessionSettings() const;

  const PoolSettings settings_;
  const Log& log_;
  mutable std::mutex mutex_;
  std::vector<Slot> idle_;       // guarded by mutex_; last in, first out: the warm ones are used most
  std::deque<Waiter*> waiters_;  // guarded by mutex_
  int taken_ = 0;                // guarded by mutex_; slots with a lease
  std::uint64_t open_ = 0;       // guarded by mutex_; connections opened, none of which is ever closed before the end
  PoolStats counters_;           // guarded by mutex_; only its totals
};

}  // namespace belfry::pg
