#include "workers/periodic_loop.h"

#include "fakes.h"

namespace belfry::test {
namespace {

constexpr auto kNever = std::chrono::hours(1);

TEST(PeriodicLoop, StepsAtOnceThenPauses) {
  std::atomic<int> steps{0};
  PeriodicLoop loop(
      "test", kNever,
      [&] {
        ++steps;
        return false;
      },
      silentLog());
  loop.start();
  ASSERT_TRUE(waitUntil(10s, [&] { return steps == 1; }));
  loop.stop();
  EXPECT_EQ(steps, 1);
}

TEST(PeriodicLoop, GoesOnWithoutAPauseWhileThereIsMore) {
  std::atomic<int> steps{0};
  PeriodicLoop loop(
      "test", kNever, [&] { return ++steps < 50; }, silentLog());
  loop.start();
  EXPECT_TRUE(waitUntil(10s, [&] { return steps == 50; }));
}

TEST(PeriodicLoop, AWakeWithinTheRestIsHeardAtItsEndAndNotBefore) {
  constexpr auto kRest = 50ms;
  std::mutex mutex;
  std::vector<std::chrono::steady_clock::time_point> ends;
  PeriodicLoop loop(
      "test", kNever,
      [&] {
        std::lock_guard lock(mutex);
        ends.push_back(std::chrono::steady_clock::now());
        return false;
      },
      silentLog());
  const auto steps = [&] {
    std::lock_guard lock(mutex);
    return ends.size();
  };
  loop.restBetweenSteps(kRest);
  loop.start();
  ASSERT_TRUE(waitUntil(10s, [&] { return steps() == 1; }));
  ASSERT_TRUE(waitUntil(10s, [&] {
    loop.wake();
    return steps() == 3;
  }));
  loop.stop();
  // Woken without end, and yet each step came a rest after the one before.
  EXPECT_GE(ends[1] - ends[0], kRest);
  EXPECT_GE(ends[2] - ends[1], kRest);
}

TEST(PeriodicLoop, ARestIsNoPauseWhenThereIsMore) {
  std::atomic<int> steps{0};
  PeriodicLoop loop(
      "test", kNever, [&] { return ++steps < 50; }, silentLog());
  loop.restBetweenSteps(kNever);
  loop.start();
  EXPECT_TRUE(waitUntil(10s, [&] { return steps == 50; }));
}

TEST(PeriodicLoop, StepsAgainAfterEachPause) {
  std::atomic<int> steps{0};
  PeriodicLoop loop(
      "test", 1ms,
      [&] {
        ++steps;
        return false;
      },
      silentLog());
  loop.start();
  EXPECT_TRUE(waitUntil(10s, [&] { return steps >= 5; }));
}

TEST(PeriodicLoop, AWakeEndsThePause) {
  std::atomic<int> steps{0};
  PeriodicLoop loop(
      "test", kNever,
      [&] {
        ++steps;
        return false;
      },
      silentLog());
  loop.start();
  ASSERT_TRUE(waitUntil(10s, [&] { return steps == 1; }));
  loop.wake();
  EXPECT_TRUE(waitUntil(10s, [&] { return steps == 2; }));
}

TEST(PeriodicLoop, AnErrorIsTriedAgain) {
  std::atomic<int> steps{0};
  PeriodicLoop loop(
      "test", 1ms,
      [&]() -> bool {
        if (++steps < 4) throw StoreUnavailable("away");
        return false;
      },
      silentLog());
  loop.start();
  EXPECT_TRUE(waitUntil(10s, [&] { return steps >= 5; }));
}

TEST(PeriodicLoop, StopEndsALoopThatAlwaysHasMore) {
  std::atomic<int> steps{0};
  PeriodicLoop loop(
      "test", kNever,
      [&] {
        ++steps;
        return true;
      },
      silentLog());
  loop.start();
  ASSERT_TRUE(waitUntil(10s, [&] { return steps > 0; }));
  loop.stop();
  int after = steps;
  EXPECT_EQ(steps, after);
  loop.stop();
}

}  // namespace
}  // namespace belfry::test
