// One run of a program as a child: forked, handed over to its user, ended and collected.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "adapters/embedded/run_user.h"
#include "adapters/embedded/stop_event.h"

namespace belfry::embedded {

struct ProgramSpec {
  std::filesystem::path program;
  std::vector<std::string> args;  ///< without the program itself
  RunUser user;
  int output_fd = -1;           ///< becomes stdout and stderr; the caller's to close
  int parent_death_signal = 0;  ///< what the child gets when the forking thread dies
};

enum class Waited { ended, stopRequested, timedOut };

/// Started by the constructor, killed and collected by the destructor if it still runs. Belongs to the thread that
/// made it: the child gets its death signal when that thread ends.
class ChildProgram {
 public:
  /// The child runs in a session of its own (so that a Ctrl-C at the host's terminal is the host's alone), with an
  /// environment of PATH and LANG only (PGPORT and the like must not reach it), no inherited descriptors, default
  /// signals, and working directory /. Throws EmbeddedError when it cannot be run.
  explicit ChildProgram(const ProgramSpec& spec);
  ~ChildProgram();
  ChildProgram(const ChildProgram&) = delete;
  ChildProgram& operator=(const ChildProgram&) = delete;

  pid_t pid() const noexcept { return pid_; }
  bool ended();
  bool succeeded() const noexcept;
  /// "exit code 1", "signal 9"; meaningful once ended.
  std::string howItEnded() const;
  void signal(int number) noexcept;

  /// Waits for its end, at most `limit`.
  bool waitForEnd(std::chrono::milliseconds limit);
  /// As above, but also ends when a stop is requested.
  Waited waitForEnd(std::chrono::milliseconds limit, const StopEvent& stop);
  /// Sends each signal in turn, giving the first `limit` and each further one 5 s, and SIGKILL in the end.
  void end(const std::vector<int>& signals, std::chrono::milliseconds limit);

 private:
  pid_t pid_;
  int pid_fd_;  // -1 where the kernel has none: its end is then looked for in short steps
  bool ended_ = false;
  int status_ = 0;
};

}  // namespace belfry::embedded
