#include "adapters/plugins/retry_after.h"

#include <gtest/gtest.h>

namespace belfry::test {
namespace {

using namespace std::chrono_literals;

std::chrono::milliseconds wait(std::string_view value) {
  const std::chrono::system_clock::time_point now(1'790'000'000s);  // Mon, 21 Sep 2026 14:13:20 GMT
  return plugins::retryAfter(value, now);
}

TEST(RetryAfter, SecondsOrADateAfterNow) {
  EXPECT_EQ(wait("120"), 120s);
  EXPECT_EQ(wait("Mon, 21 Sep 2026 14:13:50 GMT"), 30s);
}

TEST(RetryAfter, NeverMoreThanADay) {
  for (const char* far :
       {"86401", "99999999999999999999999", "Mon, 21 Sep 2037 14:13:50 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"})
    EXPECT_EQ(wait(far), 24h) << far;
}

/// The years that do not fit into nanoseconds among them.
TEST(RetryAfter, WhatIsPastOrNoTimeIsNone) {
  for (const char* none : {"", "-1", "1.5", "soon", "Mon, 21 Sep 2026 14:13:20 GMT", "Mon, 21 Sep 2026 14:13:50 GMT!",
                           "Wed, 21 Oct 0203 07:28:00 GMT", "Wed, 21 Oct 1066 07:28:00 GMT"})
    EXPECT_EQ(wait(none), 0ms) << none;
}

}  // namespace
}  // namespace belfry::test
