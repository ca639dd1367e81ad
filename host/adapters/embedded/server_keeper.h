// Keeps one server running: one thread that starts it, waits for its end and starts it again.
//
// The thread exists because of PR_SET_PDEATHSIG, which fires when the *thread* that forked dies, not the process: a
// server forked from a passing thread would be ended with it. This thread forks, lives as long as its server and stops
// it as its last act.
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <thread>

#include "adapters/embedded/embedded_server.h"
#include "kit/log.h"

namespace belfry::embedded {

struct KeeperSettings {
  std::chrono::milliseconds start_timeout;
  std::chrono::milliseconds stop_timeout;
};

class ServerKeeper {
 public:
  /// `stop` ends the thread once set, and must live longer than this.
  ServerKeeper(std::unique_ptr<EmbeddedServer> server, const StopEvent& stop, KeeperSettings settings, Log& log);
  /// Joins; `stop` must be set.
  ~ServerKeeper();

  /// Ready when the server answers for the first time, or holds the EmbeddedError why it never did (the keeper has
  /// given up then). Later ends are the keeper's to mend, for as long as it takes.
  std::shared_future<void> firstStart() const { return first_start_; }

 private:
  void run();
  void keepRunning();
  enum class Attempt { answers, stopped, failedInPassing };
  using Deadline = std::chrono::steady_clock::time_point;
  bool bringUp(Deadline deadline);
  Attempt tryOnce(Deadline deadline);
  void launch();
  [[noreturn]] void giveUp(const std::string& how);
  void stopServer();

  const std::unique_ptr<EmbeddedServer> server_;
  const StopEvent& stop_;
  const KeeperSettings settings_;
  Log& log_;
  std::promise<void> first_;
  std::shared_future<void> first_start_;
  std::optional<ChildProgram> child_;  // the thread's alone
  std::thread thread_;
};

}  // namespace belfry::embedded
