// A data directory, services on it, and looks at what runs there.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>

#include "adapters/embedded/embedded_services.h"
#include "adapters/embedded/stray_processes.h"
#include "support/child_process.h"
#include "support/test_services.h"
#include "support/wait_until.h"

namespace belfry::test {

using namespace std::chrono_literals;

/// On a data directory that does not exist yet.
class FirstStartTest : public ::testing::Test {
 protected:
  ~FirstStartTest() override { ::close(log_fd_); }

  /// A killed host's servers end by themselves; they do so before their directory is removed.
  void TearDown() override {
    EXPECT_TRUE(waitUntil(30s, [&] { return !anythingRuns(); }));
  }

  const std::filesystem::path& dir() const { return dir_; }

  EmbeddedSettings settings() const { return {.data_dir = dir_}; }

  std::unique_ptr<EmbeddedServices> services(EmbeddedSettings settings) {
    return std::make_unique<EmbeddedServices>(std::move(settings), log_);
  }
  std::unique_ptr<EmbeddedServices> services() { return services(settings()); }

  /// Everything the supervisor logged so far.
  std::string log() const { return readFile(temporary_.path() / "log"); }

  /// The line that start() refuses with; "" when it starts.
  std::string refusal(EmbeddedSettings settings) {
    try {
      services(std::move(settings))->start();
    } catch (const EmbeddedError& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
      return error.what();
    }
    return "";
  }
  std::string refusal() { return refusal(settings()); }

  pid_t postgresPid() const { return std::atoi(readFile(dir_ / "postgres/data/postmaster.pid").c_str()); }

  pid_t redisPid() const {
    const auto found = embedded::processesIn(canonical() / "redis", "redis-server");
    return found.empty() ? 0 : found.front();
  }

  bool anythingRuns() const {
    return !embedded::processesIn(canonical() / "postgres/data", "postgres").empty() || redisPid() != 0;
  }

  /// redis-cli's answer, without its newline.
  std::string redis(std::vector<std::string> command) const {
    command.insert(command.begin(), {"redis-cli", "-s", (dir_ / "redis/redis.sock").string()});
    ChildProcess cli({.args = std::move(command)});
    cli.waitForExit(10s);
    auto answer = cli.standardOutput();
    while (!answer.empty() && answer.back() == '\n') answer.pop_back();
    return answer;
  }

  static bool answers(const std::string& url) {
    try {
      return runSql(url, "SELECT 1").size() == 1;
    } catch (const std::runtime_error&) {
      return false;
    }
  }

 private:
  std::filesystem::path canonical() const { return std::filesystem::canonical(temporary_.path()) / "data"; }

  TemporaryDirectory temporary_;
  std::filesystem::path dir_ = temporary_.path() / "data";
  int log_fd_ = ::open((temporary_.path() / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  Log log_{log_fd_};
};

/// On a data directory that was used before: a copy of one that is made once, which takes a tenth of an initdb's time.
class EmbeddedTest : public FirstStartTest {
 protected:
  static void SetUpTestSuite() {
    used_before_ = std::make_unique<TemporaryDirectory>();
    Log log(STDERR_FILENO, LogLevel::error);
    EmbeddedServices({.data_dir = used_before_->path() / "data"}, log).start();
  }
  static void TearDownTestSuite() { used_before_.reset(); }

  void SetUp() override {
    ChildProcess copy({.args = {"cp", "-a", used_before_->path() / "data", dir()}});
    const auto exit = copy.waitForExit(60s);
    ASSERT_TRUE(exit && exit->code == 0) << copy.output();
  }

 private:
  inline static std::unique_ptr<TemporaryDirectory> used_before_;
};

inline std::unique_ptr<ChildProcess> startHost(const std::filesystem::path& dir, const std::string& user = "",
                                               const std::filesystem::path& program = BELFRY_EMBEDDED_HOST) {
  auto host = std::make_unique<ChildProcess>(ChildOptions{.args = {program, dir}, .user = user});
  EXPECT_TRUE(host->waitForLine("ready ", 60s)) << host->output();
  return host;
}

inline std::string urlOf(ChildProcess& host) { return host.waitForLine("ready ", 1s).value_or("ready ").substr(6); }

}  // namespace belfry::test
