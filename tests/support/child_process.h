// A program under test as a child process: arguments, environment, captured output, signals, exit code.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace belfry::test {

/// A fresh directory under /tmp with mode 0711, removed with its contents by the destructor.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// How a child ended.
struct ExitStatus {
  int code = -1;   ///< exit code, or -1 when a signal ended it
  int signal = 0;  ///< the ending signal, or 0
};

struct ChildOptions {
  std::vector<std::string> args;           ///< args[0] is the program, looked up in PATH when it has no slash
  std::map<std::string, std::string> env;  ///< added to (or replacing) this process's environment
  std::vector<std::string> unset_env;      ///< names removed from the environment
  std::filesystem::path output_dir;   ///< where stdout and stderr go; empty: a fresh directory, removed with the child
  std::filesystem::path working_dir;  ///< empty: this process's
  std::string user;                   ///< run as this user (needs root); empty: as oneself
};

/// Starts at construction; the destructor kills (SIGKILL) what still runs and collects it. Throws std::runtime_error
/// when the program cannot be started. One thread at a time. The child is killed, too, when the thread that started it
/// ends (PR_SET_PDEATHSIG), so that an aborted test leaves nothing behind.
///
///   ChildProcess host({.args = {belfryd, "--port", "0"}});
///   ASSERT_TRUE(host.waitForOutput("listening", 10s)) << host.output();
///   host.signal(SIGTERM);
///   EXPECT_EQ(host.waitForExit(10s)->code, 0) << host.output();
class ChildProcess {
 public:
  explicit ChildProcess(ChildOptions options);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const noexcept { return pid_; }
  bool running();
  void signal(int number) const;
  /// SIGKILL, and waits until it is gone: what `kill -9` does.
  void kill();

  /// nullopt when it still runs after `limit`.
  std::optional<ExitStatus> waitForExit(std::chrono::milliseconds limit);
  /// Waits until `text` occurs in stdout or stderr. False at the deadline, or when the child ended without writing it.
  [[nodiscard]] bool waitForOutput(const std::string& text, std::chrono::milliseconds limit);
  /// The first line of stdout that contains `text`; nullopt as above.
  std::optional<std::string> waitForLine(const std::string& text, std::chrono::milliseconds limit);

  std::string standardOutput() const;
  std::string standardError() const;
  /// Both, for messages of failed expectations.
  std::string output() const;

 private:
  std::unique_ptr<TemporaryDirectory> own_output_dir_;  // absent when the options name one
  std::filesystem::path output_dir_;
  pid_t pid_ = -1;
  std::optional<ExitStatus> exit_;
};

/// A TCP port on 127.0.0.1 that was free a moment ago. Prefer binding port 0 and reading the port from the program;
/// this is for programs that cannot.
std::uint16_t freePort();

/// A file's bytes; "" when it does not exist.
std::string readFile(const std::filesystem::path& file);

}  // namespace belfry::test
