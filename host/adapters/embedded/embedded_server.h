// What a keeper (server_keeper.h) must know about the server that it keeps. Two exist: PostgreSQL and Redis.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/embedded/child_program.h"
#include "adapters/embedded/server_log.h"

namespace belfry::embedded {

/// All calls come from the keeper's thread.
class EmbeddedServer {
 public:
  virtual ~EmbeddedServer() = default;

  virtual std::string name() const = 0;
  virtual ServerLog& log() = 0;
  /// Before each start: ends strays of a former host, removes what would mislead, sets up on the first run.
  /// Throws EmbeddedError. Returns early when a stop is requested.
  virtual void prepare(const StopEvent& stop) = 0;
  /// What to run; output_fd is filled in by the keeper.
  virtual ProgramSpec program() const = 0;
  /// One look, a real request on its socket, within a second.
  virtual bool answers() const = 0;
  /// After it answers, on every start: makes what the host expects in it. Throws EmbeddedError.
  virtual void provision() {}
  /// Whether an end during start with this log is one that the next try gets over.
  virtual bool isPassing(const std::string& /*log*/) const { return false; }
  /// Clean shutdown first, then harder; the keeper adds SIGKILL.
  virtual std::vector<int> stopSignals() const = 0;
  /// Its processes that outlived it (a killed postmaster's backends) are ended.
  virtual void endStrays() = 0;
};

}  // namespace belfry::embedded
