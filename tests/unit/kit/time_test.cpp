#include "kit/time.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <ctime>
#include <random>

namespace belfry {
namespace {

using namespace std::chrono_literals;

TimePoint at(std::int64_t seconds, std::int64_t microseconds = 0) {
  return TimePoint(std::chrono::seconds(seconds) + std::chrono::microseconds(microseconds));
}

std::string normal(std::string_view text) {
  const auto time = parseRfc3339(text);
  return time ? formatRfc3339(*time) : "refused";
}

/// What the C library makes of the same second: an independent calendar.
std::string byCLibrary(std::time_t seconds, const char* format) {
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

TEST(Rfc3339, FormatsInUtcWithMicroseconds) {
  EXPECT_EQ(formatRfc3339(TimePoint{}), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(formatRfc3339(at(1796115600)), "2026-12-01T09:00:00.000000Z");
  EXPECT_EQ(formatRfc3339(at(1796115600, 42)), "2026-12-01T09:00:00.000042Z");
  EXPECT_EQ(formatRfc3339(at(253402300799, 999999)), "9999-12-31T23:59:59.999999Z");
}

TEST(Rfc3339, AgreesWithTheCLibraryAndReadsItsOwnText) {
  std::mt19937_64 random(1);  // NOLINT: the same times at every run
  std::uniform_int_distribution<std::int64_t> seconds(0, 253402300799);
  std::uniform_int_distribution<std::int64_t> microseconds(0, 999999);
  for (int i = 0; i < 20000; ++i) {
    const auto whole = seconds(random);
    const auto time = at(whole, microseconds(random));
    const auto text = formatRfc3339(time);
    ASSERT_EQ(text.substr(0, 19), byCLibrary(whole, "%Y-%m-%dT%H:%M:%S"));
    ASSERT_EQ(parseRfc3339(text), time) << text;
  }
}

TEST(Rfc3339, ReadsTheExamplesOfTheRfc) {
  // RFC 3339 §5.8, without the two leap seconds.
  EXPECT_EQ(normal("1985-04-12T23:20:50.52Z"), "1985-04-12T23:20:50.520000Z");
  EXPECT_EQ(normal("1996-12-19T16:39:57-08:00"), "1996-12-20T00:39:57.000000Z");
}

TEST(Rfc3339, ReadsAnyOffset) {
  EXPECT_EQ(normal("2026-12-01T09:00:00Z"), "2026-12-01T09:00:00.000000Z");
  EXPECT_EQ(normal("2026-12-01t09:00:00z"), "2026-12-01T09:00:00.000000Z");
  EXPECT_EQ(normal("2026-12-01T09:00:00+00:00"), "2026-12-01T09:00:00.000000Z");
  EXPECT_EQ(normal("2026-12-01T09:00:00-00:00"), "2026-12-01T09:00:00.000000Z");
  EXPECT_EQ(normal("2026-12-01T09:00:00+05:45"), "2026-12-01T03:15:00.000000Z");
  EXPECT_EQ(normal("2026-12-31T23:30:00-01:00"), "2027-01-01T00:30:00.000000Z");
  EXPECT_EQ(normal("2026-12-01T09:00:00+23:59"), "2026-11-30T09:01:00.000000Z");
}

TEST(Rfc3339, ReadsUpToNineFractionDigitsAndTruncates) {
  EXPECT_EQ(normal("2026-12-01T09:00:00.1Z"), "2026-12-01T09:00:00.100000Z");
  EXPECT_EQ(normal("2026-12-01T09:00:00.000001Z"), "2026-12-01T09:00:00.000001Z");
  EXPECT_EQ(normal("2026-12-01T09:00:00.9999999Z"), "2026-12-01T09:00:00.999999Z");
  EXPECT_EQ(normal("2026-12-01T09:00:00.123456789Z"), "2026-12-01T09:00:00.123456Z");
  EXPECT_EQ(normal("2026-12-01T09:00:00.1234567890Z"), "refused");
  EXPECT_EQ(normal("2026-12-01T09:00:00.Z"), "refused");
}

TEST(Rfc3339, KnowsTheCalendar) {
  EXPECT_EQ(normal("2028-02-29T00:00:00Z"), "2028-02-29T00:00:00.000000Z");
  EXPECT_EQ(normal("2000-02-29T00:00:00Z"), "2000-02-29T00:00:00.000000Z");
  for (const auto* text :
       {"2027-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z"}) {
    EXPECT_EQ(normal(text), "refused") << text;
  }
}

TEST(Rfc3339, HoldsToTheYears1970To9999InUtc) {
  EXPECT_EQ(normal("1970-01-01T00:00:00Z"), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(normal("1969-12-31T23:59:59Z"), "refused");
  EXPECT_EQ(normal("1969-12-31T23:00:00-01:00"), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(normal("1970-01-01T00:59:59+01:00"), "refused");
  EXPECT_EQ(normal("9999-12-31T23:59:59.999999Z"), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(normal("9999-12-31T23:59:59-00:01"), "refused");
  EXPECT_EQ(normal("0000-01-01T00:00:00Z"), "refused");
}

TEST(Rfc3339, RefusesEverythingElse) {
  for (const auto* text : {"",
                           "Z",
                           "2026-12-01",
                           "2026-12-01T09:00Z",
                           "2026-12-01T09:00:00",
                           "2026-12-01 09:00:00Z",
                           "2026-12-01T24:00:00Z",
                           "2026-12-01T09:60:00Z",
                           "2026-12-01T09:00:60Z",
                           "2026-12-31T23:59:60Z",
                           "2026-12-01T09:00:00+24:00",
                           "2026-12-01T09:00:00+01:60",
                           "2026-12-01T09:00:00+0100",
                           "2026-12-01T09:00:00+01",
                           "2026-12-01T09:00:00,5Z",
                           "26-12-01T09:00:00Z",
                           "2026-1-01T09:00:00Z",
                           "2026-12-1T09:00:00Z",
                           "2026-12-01T9:00:00Z",
                           "+2026-12-01T09:00:00Z",
                           "-2026-12-01T09:00:00Z",
                           " 2026-12-01T09:00:00Z",
                           "2026-12-01T09:00:00Z ",
                           "2026-12-01T09:00:00ZZ",
                           "2026-12-01T09:00:00Z+01:00",
                           "2026/12/01T09:00:00Z",
                           "20261201T090000Z",
                           "2026-W49-2T09:00:00Z",
                           "now",
                           "1796115600",
                           "2026-12-01T09:00:00.-1Z",
                           "2026-12-01T+9:00:00Z",
                           "12026-12-01T09:00:00Z"}) {
    EXPECT_EQ(normal(text), "refused") << text;
  }
  EXPECT_EQ(parseRfc3339(std::string_view("2026-12-01T09:00:00Z\0", 21)), std::nullopt);
}

TEST(IsoDuration, ReadsEveryComponent) {
  EXPECT_EQ(parseIsoDuration("P2W"), 14 * 24h);
  EXPECT_EQ(parseIsoDuration("P1D"), 24h);
  EXPECT_EQ(parseIsoDuration("PT1H"), 1h);
  EXPECT_EQ(parseIsoDuration("PT90M"), 90min);
  EXPECT_EQ(parseIsoDuration("PT45S"), 45s);
  EXPECT_EQ(parseIsoDuration("P1W2DT3H4M5S"), (9 * 24h) + 3h + 4min + 5s);
  EXPECT_EQ(parseIsoDuration("P1DT1S"), 24h + 1s);
  EXPECT_EQ(parseIsoDuration("PT1H1S"), 1h + 1s);
  EXPECT_EQ(parseIsoDuration("PT0S"), 0s);
  EXPECT_EQ(parseIsoDuration("PT007S"), 7s);
}

TEST(IsoDuration, ReadsFractionsOfSeconds) {
  EXPECT_EQ(parseIsoDuration("PT0.5S"), 500ms);
  EXPECT_EQ(parseIsoDuration("PT0,5S"), 500ms);
  EXPECT_EQ(parseIsoDuration("PT1M1.000001S"), 61s + 1us);
  EXPECT_EQ(parseIsoDuration("PT1.123456789S"), 1s + 123456us);
  for (const auto* text : {"PT0.5H", "PT0.5M", "P0.5D", "P0.5W", "PT.5S", "PT1.S", "PT1.1234567890S", "PT1.5S1M"}) {
    EXPECT_EQ(parseIsoDuration(text), std::nullopt) << text;
  }
}

TEST(IsoDuration, HasAnEnd) {
  EXPECT_EQ(parseIsoDuration("P3660D"), 3660 * 24h);
  EXPECT_EQ(parseIsoDuration("PT316224000S"), 3660 * 24h);
  for (const auto* text : {"P3661D", "P3660DT1S", "P3660DT0.000001S", "PT316224001S", "P523W", "PT87841H",
                           "P99999999999999999999D", "PT18446744073709551617S", "P522W3660D"}) {
    EXPECT_EQ(parseIsoDuration(text), std::nullopt) << text;
  }
}

TEST(IsoDuration, RefusesEverythingElse) {
  for (const auto* text : {"",
                           "P",
                           "PT",
                           "T",
                           "1D",
                           "P1",
                           "PT1",
                           "P1S",
                           "P1H",
                           "PT1D",
                           "PT1W",
                           "P1Y",
                           "P1M",
                           "P1Y2M3D",
                           "-P1D",
                           "P-1D",
                           "+P1D",
                           "P+1D",
                           "p1d",
                           "P1d",
                           "PT1h",
                           "P1DT",
                           "P1D2W",
                           "PT1M1H",
                           "PT1S1M",
                           "P1D1D",
                           "PT1H1H",
                           "PT1HT1M",
                           "TP1D",
                           " P1D",
                           "P1D ",
                           "P 1D",
                           "P1D,PT1H",
                           "P1.5",
                           "PTS",
                           "PD",
                           "P2026-12-01T00:00:00",
                           "1 day"}) {
    EXPECT_EQ(parseIsoDuration(text), std::nullopt) << text;
  }
}

TEST(Rfc5322, FormatsADateHeader) {
  EXPECT_EQ(formatRfc5322(at(1796115600)), "Tue, 01 Dec 2026 09:00:00 +0000");
  EXPECT_EQ(formatRfc5322(at(1796115600, 999999)), "Tue, 01 Dec 2026 09:00:00 +0000");
  EXPECT_EQ(formatRfc5322(TimePoint{}), "Thu, 01 Jan 1970 00:00:00 +0000");
}

TEST(Rfc5322, AgreesWithTheCLibraryOnEveryDayOfSomeYears) {
  for (std::int64_t day = 0; day < 366 * 60; ++day) {
    const auto seconds = day * 86400 + (day * 7919) % 86400;
    ASSERT_EQ(formatRfc5322(at(seconds)), byCLibrary(seconds, "%a, %d %b %Y %H:%M:%S +0000"));
  }
}

TEST(SystemClock, LiesBetweenTwoReadingsOfTheMachinesClock) {
  const auto before = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  const auto now = SystemClock().now();
  EXPECT_LE(before, now);
  EXPECT_LE(now, std::chrono::system_clock::now());
}

}  // namespace
}  // namespace belfry
