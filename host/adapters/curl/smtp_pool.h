// Connections to mail servers that are kept for the next mail, and how many there may be at once for each target. Who
// finds all of them in use waits its turn; the most recently used idle one is taken first, so that the others age out.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>

#include "adapters/curl/curl_exchange_settings.h"
#include "adapters/curl/event_loop.h"
#include "adapters/curl/smtp_connection.h"

namespace belfry::curl {

/// Belongs to the loop's thread.
class SmtpPool {
 public:
  /// Gets an idle connection that was alive a moment ago, or nullptr: then the caller has the right to open one itself.
  using Granted = std::function<void(std::unique_ptr<SmtpConnection>)>;
  enum class Want { any, fresh };

  SmtpPool(EventLoop& loop, const CurlExchangeSettings& settings) : loop_(loop), settings_(settings) {}

  /// Calls `granted` from the loop, at the latest when a connection of the target comes free. Every grant is ended by
  /// giveBack() or discard().
  /// Urgent ones come first, and may use the connections that are kept for them.
  void acquire(const SmtpTarget& target, Want want, bool urgent, std::uint64_t who, Granted granted);
  /// Who waits no longer; a grant that is already under way still comes.
  void abandon(const SmtpTarget& target, std::uint64_t who);
  void giveBack(std::unique_ptr<SmtpConnection> connection);
  /// The granted connection is gone, or was never opened.
  void discard(const SmtpTarget& target);
  /// Closes all idle connections with QUIT.
  void closeIdle();

  /// Open or being opened, and how many of them nobody uses. Thread-safe.
  std::size_t connections() const noexcept { return granted_ + idle_; }
  std::size_t idle() const noexcept { return idle_; }

 private:
  struct Idle {
    std::unique_ptr<SmtpConnection> connection;
    EventLoop::Timer expiry;
  };
  struct Waiter {
    std::uint64_t who;
    Want want;
    bool urgent;
    Granted granted;
  };
  struct Entry {
    std::size_t granted = 0;
    std::list<Idle> idle;  // most recently used first
    std::deque<Waiter> waiting;
  };
  using Entries = std::map<SmtpTarget, Entry>;

  std::unique_ptr<SmtpConnection> takeIdle(Entry& entry);
  void keep(Entry& entry, std::unique_ptr<SmtpConnection> connection);
  void dropIdle(const SmtpConnection& connection, bool quit);
  void serveWaiters(Entries::iterator at);

  EventLoop& loop_;
  const CurlExchangeSettings& settings_;
  Entries entries_;
  std::atomic<std::size_t> granted_{0};  // sums over entries_, for other threads to read
  std::atomic<std::size_t> idle_{0};
};

}  // namespace belfry::curl
