// A way to PostgreSQL that can lose the server's answers: the server has committed, and its client never hears of it.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/child_process.h"

namespace belfry::test {

/// Stands between a client and the server of `url` (which names a directory of unix sockets). Thread-safe.
class DeafProxy {
 public:
  explicit DeafProxy(std::string url);
  ~DeafProxy();
  DeafProxy(const DeafProxy&) = delete;
  DeafProxy& operator=(const DeafProxy&) = delete;

  /// The same database by way of this proxy.
  const std::string& url() const noexcept { return url_; }
  /// When a client says something with this text in it, what the server answers from then on is swallowed.
  void loseAnswerTo(const std::string& text);
  /// Cuts every connection; new ones are passed on whole.
  void cut();
  /// How many connections were cut.
  int cuts() const { return cuts_; }

 private:
  struct Link {
    int client;
    int server;
  };

  void noteClient(std::string_view said);
  bool swallows();
  void accept();
  void pass(Link link);

  const TemporaryDirectory directory_;
  std::string server_path_;
  std::string url_;
  int listener_ = -1;
  std::atomic<bool> stopping_{false};
  std::atomic<int> cuts_{0};
  std::mutex mutex_;
  std::string deaf_after_;            // guarded by mutex_; empty: never
  bool deaf_ = false;                 // guarded by mutex_
  std::vector<Link> links_;           // guarded by mutex_
  std::vector<std::thread> passers_;  // guarded by mutex_
  std::thread acceptor_;
};

}  // namespace belfry::test
