#include "services/statistics/statistics_summary.h"

#include "fakes.h"

namespace belfry::test {
namespace {

/// `count` events in one bucket.
EventCount counted(std::int64_t count, std::size_t bucket = 0, std::int64_t time_ms = 0) {
  EventCount events;
  events.count = count;
  events.time_ms = time_ms;
  events.buckets[bucket] = count;
  return events;
}

StatisticsRow row(EventType type, std::int64_t count, const std::string& provider = "mail", int minute = 0) {
  return {noon() + std::chrono::minutes(minute), provider, type, counted(count)};
}

TEST(StatisticsSummary, NothingHasNoShares) {
  const auto statistics = summarize({});
  EXPECT_EQ(statistics.total.succeeded, 0);
  EXPECT_EQ(statistics.total.successShare(), std::nullopt);
  EXPECT_EQ(statistics.total.failureShare(), std::nullopt);
  EXPECT_THAT(statistics.steps, IsEmpty());
}

TEST(StatisticsSummary, SharesAreOfWhatEnded) {
  const auto statistics = summarize({row(EventType::queued, 10, ""), row(EventType::sent, 6), row(EventType::retry, 9),
                                     row(EventType::failed, 1), row(EventType::bounced, 1)});
  EXPECT_EQ(statistics.total.succeeded, 6);
  EXPECT_EQ(statistics.total.failed, 2);
  EXPECT_DOUBLE_EQ(*statistics.total.successShare(), 0.75);
  EXPECT_DOUBLE_EQ(*statistics.total.failureShare(), 0.25);
}

TEST(StatisticsSummary, AReceiptCountsNothingTwiceAndAProviderThatDeliversAtOnceCounts) {
  const auto statistics = summarize(
      {row(EventType::sent, 5, "sms"), row(EventType::delivered, 4, "sms"), row(EventType::delivered, 3, "inbox")});
  EXPECT_EQ(statistics.total.succeeded, 8);
  EXPECT_EQ(statistics.total.events.at(EventType::delivered).count, 7);
}

TEST(StatisticsSummary, StepsAreSummedByThemselves) {
  const auto statistics =
      summarize({row(EventType::sent, 1, "a", 0), row(EventType::sent, 2, "b", 0), row(EventType::failed, 4, "a", 5)});
  ASSERT_THAT(statistics.steps, SizeIs(2));
  EXPECT_EQ(statistics.steps[0].from, noon());
  EXPECT_EQ(statistics.steps[0].summary.succeeded, 3);
  EXPECT_EQ(statistics.steps[1].summary.failed, 4);
  EXPECT_EQ(statistics.total.succeeded, 3);
  EXPECT_EQ(statistics.total.failed, 4);
}

TEST(StatisticsSummary, QuantilesLieWithinTheirBucket) {
  EXPECT_DOUBLE_EQ(quantileMs(counted(10, 0).buckets, 0.5), 50);
  EXPECT_DOUBLE_EQ(quantileMs(counted(10, 4).buckets, 0.5), 1750) << "between 1000 and 2500";
  auto mixed = counted(50, 0).buckets;
  mixed[5] = 50;  // 2.5 to 5 s
  EXPECT_DOUBLE_EQ(quantileMs(mixed, 0.5), 100);
  EXPECT_DOUBLE_EQ(quantileMs(mixed, 0.75), 3750);
  EXPECT_DOUBLE_EQ(quantileMs(mixed, 1), 5000);
}

TEST(StatisticsSummary, AboveTheLastBoundIsTheLastBound) {
  EXPECT_DOUBLE_EQ(quantileMs(counted(1, kTimeBounds.size()).buckets, 0.5), 3'600'000);
  EXPECT_DOUBLE_EQ(quantileMs(TimeBuckets{}, 0.5), 0);
}

TEST(StatisticsSummary, TheMeanIsExact) {
  const auto times = timesOf(counted(4, 3, 3000));
  EXPECT_DOUBLE_EQ(times.mean_ms, 750);
  EXPECT_LE(times.p50_ms, times.p95_ms);
  EXPECT_LE(times.p95_ms, times.p99_ms);
  EXPECT_DOUBLE_EQ(timesOf({}).mean_ms, 0);
}

}  // namespace
}  // namespace belfry::test
