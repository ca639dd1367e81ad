#include "workers/due_loop.h"

#include "fakes.h"

namespace belfry::test {
namespace {

constexpr auto kNever = std::chrono::hours(1);
const SystemClock kClock;

TEST(DueLoop, LooksAgainWhenTheStepSaysSo) {
  std::atomic<int> steps{0};
  DueLoop loop(
      "test", kNever,
      [&]() -> std::optional<TimePoint> { return ++steps < 3 ? std::optional(kClock.now() + 10ms) : std::nullopt; },
      kClock, silentLog());
  loop.start();
  EXPECT_TRUE(waitUntil(10s, [&] { return steps == 3; }));
  loop.stop();
  EXPECT_EQ(steps, 3) << "nothing waits any more";
}

TEST(DueLoop, WakesWhenSomethingMayBeDueEarlier) {
  std::atomic<int> steps{0};
  DueLoop loop(
      "test", kNever,
      [&]() -> std::optional<TimePoint> {
        ++steps;
        return kClock.now() + kNever;
      },
      kClock, silentLog());
  loop.start();
  ASSERT_TRUE(waitUntil(10s, [&] { return steps == 1; }));
  loop.wake();
  EXPECT_TRUE(waitUntil(10s, [&] { return steps == 2; }));
}

TEST(DueLoop, GoesOnAfterAnError) {
  std::atomic<int> steps{0};
  DueLoop loop(
      "test", 1ms,
      [&]() -> std::optional<TimePoint> {
        if (++steps == 1) throw StoreUnavailable("away");
        return std::nullopt;
      },
      kClock, silentLog());
  loop.start();
  EXPECT_TRUE(waitUntil(10s, [&] { return steps > 1; }));
}

TEST(DueLoop, StopsWhileItWaits) {
  DueLoop loop(
      "test", kNever, []() -> std::optional<TimePoint> { return std::nullopt; }, kClock, silentLog());
  loop.start();
  const auto before = std::chrono::steady_clock::now();
  loop.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, kNever);
}

}  // namespace
}  // namespace belfry::test
