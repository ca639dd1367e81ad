#include "services/queues/queue_figures.h"

#include "fakes.h"

namespace belfry::test {
namespace {

constexpr QueueName kQueue{Channel::email, Priority::medium};

QueueFlow flow(EventType type, std::int64_t in_short, std::int64_t in_middle, std::int64_t in_long,
               std::int64_t latency_ms = 0, std::vector<std::int64_t> buckets = {}) {
  return {kQueue, type, in_short, in_middle, in_long, latency_ms, std::move(buckets)};
}

QueueFigures figures(const QueueDepth& depth, const std::vector<QueueFlow>& flows, int slots = 10) {
  return figuresOf(depth, flows, {}, noon(), slots);
}

TEST(QueueFigures, ThroughputCountsEachMessageOnceWhateverItsReceiptsSay) {
  // At noon sharp the windows are whole minutes.
  const auto seen =
      figures({.queue = kQueue}, {flow(EventType::sent, 60, 300, 900), flow(EventType::delivered, 50, 290, 880),
                                  flow(EventType::failed, 0, 100, 100), flow(EventType::queued, 9, 9, 9)});
  EXPECT_DOUBLE_EQ(seen.per_minute_1, 60);
  EXPECT_DOUBLE_EQ(seen.per_minute_5, 80);
  EXPECT_DOUBLE_EQ(seen.per_minute_15, 1000.0 / 15);
  EXPECT_EQ(seen.succeeded, 900);
  EXPECT_EQ(seen.failed, 100);
}

TEST(QueueFigures, WindowsReachBackFromTheMinute) {
  const auto windows = flowWindows(noon() + 30s);
  EXPECT_EQ(windows.short_since, noon() - 1min);
  EXPECT_EQ(windows.middle_since, noon() - 5min);
  EXPECT_EQ(windows.long_since, noon() - 15min);
  const auto seen = figuresOf({.queue = kQueue}, {flow(EventType::sent, 90, 90, 90)}, {}, noon() + 30s, 1);
  EXPECT_DOUBLE_EQ(seen.per_minute_1, 60) << "90 in a minute and a half";
}

TEST(QueueFigures, WithoutMovementNothingIsEstimated) {
  const auto seen = figures({.queue = kQueue, .waiting = 5}, {});
  EXPECT_FALSE(seen.drain_s);
  EXPECT_FALSE(seen.times);
  EXPECT_FALSE(seen.recommended_slots);
  EXPECT_FALSE(seen.oldest_age_s);
}

TEST(QueueFigures, DrainIsWhatIsThereByTheThroughput) {
  const auto seen = figures({.queue = kQueue, .waiting = 590, .in_flight = 10}, {flow(EventType::sent, 0, 300, 300)});
  ASSERT_TRUE(seen.drain_s);
  EXPECT_DOUBLE_EQ(*seen.drain_s, 600) << "600 at one in a second";
  const QueuePause pause{{}, tenantNumber(1), false, {}, "", "", noon()};
  EXPECT_FALSE(
      figuresOf({.queue = kQueue, .waiting = 1}, {flow(EventType::sent, 0, 300, 300)}, {pause}, noon(), 1).drain_s)
      << "it is paused";
}

TEST(QueueFigures, SlotsFollowLittlesLaw) {
  // One in a second with 4 in flight: each holds a slot for 4 s. Two in a second arrive and 180 wait: 2 + 3 in a
  // second.
  const auto seen = figures({.queue = kQueue, .waiting = 180, .in_flight = 4},
                            {flow(EventType::sent, 60, 300, 900), flow(EventType::queued, 120, 600, 600)}, 8);
  EXPECT_EQ(seen.recommended_slots, 20);
  EXPECT_EQ(seen.recommended_workers, 3);
}

TEST(QueueFigures, WithNothingInFlightTheTimesStandInForTheSlots) {
  const auto seen =
      figures({.queue = kQueue, .waiting = 60}, {flow(EventType::sent, 0, 0, 10, 20000, {0, 0, 0, 0, 10})});
  EXPECT_EQ(seen.recommended_slots, 2) << "one in a second, two seconds each";
  EXPECT_EQ(figures({.queue = kQueue}, {flow(EventType::sent, 0, 0, 10, 20000, {})}).recommended_slots, 0);
}

TEST(QueueFigures, TimesAreReadFromTheBuckets) {
  std::vector<std::int64_t> buckets(12, 0);
  buckets[0] = 50;  // at most 0.1 s
  buckets[3] = 45;  // at most 1 s
  buckets[11] = 5;  // over an hour
  const auto seen = figures({.queue = kQueue}, {flow(EventType::sent, 0, 0, 100, 50000, buckets)});
  ASSERT_TRUE(seen.times);
  EXPECT_EQ(seen.times->count, 100);
  EXPECT_DOUBLE_EQ(seen.times->mean_s, 0.5);
  EXPECT_EQ(seen.times->p50_s, 0.1);
  EXPECT_EQ(seen.times->p95_s, 1.0);
  EXPECT_FALSE(seen.times->p99_s);
  ASSERT_THAT(seen.times->shares, SizeIs(12));
  EXPECT_FALSE(seen.times->shares[11].at_most_s);
  EXPECT_EQ(seen.times->shares[11].count, 5);
}

}  // namespace
}  // namespace belfry::test
