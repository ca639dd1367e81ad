#include "services/delivery/retry_policy.h"

#include <gtest/gtest.h>

namespace belfry {
namespace {

using namespace std::chrono_literals;

constexpr double kAlmostOne = 0.9999999;

TEST(RetryPolicy, TheGreatestDelayGrowsUpToTheCap) {
  RetryPolicy policy{10, 2000ms, 3.0, 60000ms};
  const Duration greatest[] = {2s, 6s, 18s, 54s, 60s, 60s, 60s, 60s, 60s};
  for (int attempt = 1; attempt < 10; ++attempt) {
    auto delay = nextDelay(policy, attempt, {}, kAlmostOne);
    ASSERT_TRUE(delay);
    EXPECT_LE(*delay, greatest[attempt - 1]) << attempt;
    EXPECT_GT(*delay, greatest[attempt - 1] - 1ms) << attempt;
  }
}

TEST(RetryPolicy, JitterReachesFromZeroToTheGreatestDelay) {
  RetryPolicy policy{5, 1000ms, 2.0, 10000ms};
  EXPECT_EQ(nextDelay(policy, 3, {}, 0.0), Duration::zero());
  EXPECT_EQ(nextDelay(policy, 3, {}, 0.5), Duration(2s));
  EXPECT_EQ(nextDelay(policy, 3, {}, 0.25), Duration(1s));
}

TEST(RetryPolicy, NoAttemptIsLeftAfterTheLast) {
  RetryPolicy policy{3, 1000ms, 2.0, 10000ms};
  EXPECT_TRUE(nextDelay(policy, 2, {}, 0.5));
  EXPECT_FALSE(nextDelay(policy, 3, {}, 0.5));
  EXPECT_FALSE(nextDelay(policy, 4, {}, 0.5));
  EXPECT_FALSE(nextDelay(policy, 3, Duration(1s), 0.5)) << "whatever the provider wishes";
  EXPECT_FALSE(nextDelay({1, 1000ms, 2.0, 10000ms}, 1, {}, 0.5));
}

TEST(RetryPolicy, TheProvidersWishIsTakenUpToItsOwnCap) {
  RetryPolicy policy{5, 1000ms, 2.0, 10000ms, 24h, 60000ms};
  for (double jitter : {0.0, 0.5, kAlmostOne}) {
    EXPECT_EQ(nextDelay(policy, 1, Duration(7s), jitter), Duration(7s));
    EXPECT_EQ(nextDelay(policy, 1, Duration(0s), jitter), Duration(0s));
    EXPECT_EQ(nextDelay(policy, 1, Duration(50s), jitter), Duration(50s)) << "more than the back-off's cap";
    EXPECT_EQ(nextDelay(policy, 1, Duration(1h), jitter), Duration(60s));
    EXPECT_EQ(nextDelay(policy, 1, Duration::max(), jitter), Duration(60s));
    EXPECT_EQ(nextDelay(policy, 1, Duration(-5s), jitter), Duration(0s)) << "a date that has passed";
  }
}

TEST(RetryPolicy, ManyAttemptsDoNotOverflow) {
  RetryPolicy policy{100000, 86400000ms, 10.0, 604800000ms};
  for (int attempt : {20, 300, 400, 99999})
    EXPECT_LE(*nextDelay(policy, attempt, {}, kAlmostOne), Duration(604800000ms)) << attempt;
  EXPECT_EQ(nextDelay(policy, 99999, {}, 0.0), Duration::zero());
}

}  // namespace
}  // namespace belfry
