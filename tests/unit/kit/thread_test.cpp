#include "kit/thread.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace belfry {
namespace {

using namespace std::chrono_literals;

constexpr Duration kForever = Duration::max();
constexpr auto kDeadline = 30s;  // only reached when a test fails

std::string nameOfThisThread() {
  std::array<char, 16> name{};
  pthread_getname_np(pthread_self(), name.data(), name.size());
  return name.data();
}

std::string nameAfter(std::string_view name) {
  return std::async(std::launch::async,
                    [&] {
                      nameThread(name);
                      return nameOfThisThread();
                    })
      .get();
}

/// A future that must become ready; it never blocks the test program for good.
template <class T>
T resultOf(std::future<T>& future) {
  if (future.wait_for(kDeadline) != std::future_status::ready) throw std::runtime_error("the thread still waits");
  return future.get();
}

TEST(Thread, IsNamed) { EXPECT_EQ(nameAfter("exchange"), "exchange"); }

TEST(Thread, NameIsCutToFifteenBytes) { EXPECT_EQ(nameAfter("a-very-long-thread-name"), "a-very-long-thr"); }

TEST(StopSignal, StartsUnstopped) {
  StopSignal stop;
  EXPECT_FALSE(stop.stopped());
  EXPECT_FALSE(stop.waitFor(0us));
}

TEST(StopSignal, WaitEndsAtTheLimit) {
  StopSignal stop;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(stop.waitFor(20ms));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 20ms);
}

TEST(StopSignal, ANegativeLimitIsNoWait) {
  StopSignal stop;
  EXPECT_FALSE(stop.waitFor(-1s));
}

TEST(StopSignal, StopEndsALongWait) {
  StopSignal stop;
  auto waited = std::async(std::launch::async, [&] { return stop.waitFor(kForever); });
  stop.requestStop();
  EXPECT_TRUE(resultOf(waited));
  EXPECT_TRUE(stop.stopped());
}

TEST(StopSignal, StopEndsEveryWait) {
  StopSignal stop;
  std::vector<std::future<bool>> waits;
  for (int i = 0; i < 8; ++i) {
    waits.push_back(std::async(std::launch::async, [&] { return stop.waitFor(kForever); }));
  }
  stop.requestStop();
  for (auto& wait : waits) EXPECT_TRUE(resultOf(wait));
}

TEST(StopSignal, OnceStoppedNothingWaits) {
  StopSignal stop;
  stop.requestStop();
  stop.requestStop();
  EXPECT_TRUE(stop.waitFor(kForever));
  EXPECT_TRUE(stop.waitFor(kForever));
}

TEST(StopSignal, NotifyBeforeTheWaitIsNotLostAndCountsOnce) {
  StopSignal stop;
  stop.notify();
  stop.notify();
  EXPECT_FALSE(stop.waitFor(kForever));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(stop.waitFor(20ms));  // the second notify does not end a second wait
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 20ms);
}

TEST(StopSignal, NotifyWakesWithoutStopping) {
  StopSignal stop;
  auto waited = std::async(std::launch::async, [&] { return stop.waitFor(kForever); });
  stop.notify();  // before or during the wait: both must end it
  EXPECT_FALSE(resultOf(waited));
  EXPECT_FALSE(stop.stopped());
}

TEST(StopSignal, NoWakeUpIsLostBetweenTwoThreads) {
  // Each round of one thread is the other's wake-up; one lost wake-up would leave both waiting.
  StopSignal ping;
  StopSignal pong;
  constexpr int kRounds = 2000;
  auto answering = std::async(std::launch::async, [&] {
    for (int i = 0; i < kRounds; ++i) {
      if (ping.waitFor(kForever)) return i;
      pong.notify();
    }
    return kRounds;
  });
  auto asking = std::async(std::launch::async, [&] {
    for (int i = 0; i < kRounds; ++i) {
      ping.notify();
      if (pong.waitFor(kForever)) return i;
    }
    return kRounds;
  });
  const bool done = asking.wait_for(kDeadline) == std::future_status::ready;
  ping.requestStop();
  pong.requestStop();
  EXPECT_TRUE(done);
  EXPECT_EQ(asking.get(), kRounds);
  EXPECT_EQ(answering.get(), kRounds);
}

}  // namespace
}  // namespace belfry
