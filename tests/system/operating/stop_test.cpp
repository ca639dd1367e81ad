// SIGTERM: what is in flight ends, nothing stays behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>

#include "support/wait_until.h"
#include "system/received_mail.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// Processes that stand in the host's data directory: its servers and theirs.
std::vector<std::string> processesIn(const fs::path& directory) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::error_code gone;
    const auto cwd = fs::read_symlink(entry.path() / "cwd", gone).string();
    if (!gone && cwd.rfind(directory.string(), 0) == 0) found.push_back(entry.path().filename());
  }
  return found;
}

TEST(Stop, FinishesTheMailInFlightAndLeavesNothingRunning) {
  auto& stage = belfry::test::stage();
  auto& host = stage.host;
  ASSERT_FALSE(processesIn(host.dataDirectory()).empty());
  const auto sent = stage.send(mailBody("slow-1+drained@example.test"));  // answered a second after the final dot
  ASSERT_EQ(sent.status, 202) << sent.body;
  ASSERT_TRUE(waitUntil(20s, [&] { return !linesTo(stage.sink, "slow-1+drained@example.test").empty(); }));

  const auto exit = host.stop();
  ASSERT_TRUE(exit) << "still runs: " << host.output();
  EXPECT_EQ(exit->code, 0) << host.output();
  EXPECT_EQ(exit->signal, 0);
  EXPECT_TRUE(processesIn(host.dataDirectory()).empty());

  host.start();
  const auto shown = host.notification(sent.text("/id"), "acme");
  EXPECT_EQ(shown.text("/status"), "sent") << shown.body;
  EXPECT_EQ(timelineOf(shown), "accepted queued sending sent");
  EXPECT_EQ(shown.text("/deliveries/0/attempt"), "1");
  EXPECT_EQ(linesTo(stage.sink, "slow-1+drained@example.test").size(), 1u);
}

TEST(Stop, WhatIsNotInFlightWaitsForTheNextStart) {
  auto& stage = belfry::test::stage();
  auto& host = stage.host;
  const auto sent = stage.send(mailBody("next.start@example.test", R"(,"delay":"PT1S")"));
  ASSERT_EQ(sent.status, 202);
  host.kill(SIGINT);
  const auto exit = host.waitForExit(60s);
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->code, 0) << host.output();
  host.start();
  EXPECT_EQ(host.waitForStatus(sent.text("/id"), "sent", "acme").text("/status"), "sent");
}

}  // namespace
}  // namespace belfry::test
