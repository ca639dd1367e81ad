// Rules on the clocks of real zones: gaps, overlaps, a day that never was; held against a slow reading.
#include "services/schedules/firing_times.h"

#include <random>
#include <set>

#include "adapters/datetz/system_time_zones.h"
#include "fakes.h"

namespace belfry::test {
namespace {

const TimeZone& zone(const std::string& name) {
  static const datetz::SystemTimeZones zones;
  return *zones.find(name);
}

TimePoint utc(const std::string& text) { return *parseRfc3339(text); }

/// The next `count` firings in UTC, without seconds.
std::vector<std::string> firings(const std::string& rule, const std::string& zone_name, const std::string& from,
                                 int count) {
  std::vector<std::string> found;
  const auto parsed = CronRule::parse(rule);
  auto at = utc(from);
  while (count-- > 0) {
    const auto next = nextFiring(*parsed, zone(zone_name), at);
    found.push_back(next ? formatRfc3339(*next).substr(0, 16) : "never");
    if (!next) break;
    at = *next;
  }
  return found;
}

// 2027-03-28: 02:00 to 03:00 do not exist. 2026-10-25: 02:00 to 03:00 come twice.
TEST(FiringTimes, InMadrid) {
  EXPECT_THAT(firings("30 2 * * *", "Europe/Madrid", "2027-03-27T00:00:00Z", 3),
              ElementsAre("2027-03-27T01:30", "2027-03-28T01:00", "2027-03-29T00:30"))
      << "in the gap: right after it, once";
  EXPECT_THAT(firings("30 2 * * *", "Europe/Madrid", "2026-10-24T12:00:00Z", 2),
              ElementsAre("2026-10-25T00:30", "2026-10-26T01:30"))
      << "in the overlap: the first time only";
  EXPECT_THAT(firings("*/20 2 * * *", "Europe/Madrid", "2027-03-28T00:00:00Z", 2),
              ElementsAre("2027-03-28T01:00", "2027-03-29T00:00"))
      << "three times of one gap are one firing";
  EXPECT_THAT(firings("0,30 * * * *", "Europe/Madrid", "2026-10-25T00:10:00Z", 3),
              ElementsAre("2026-10-25T00:30", "2026-10-25T02:00", "2026-10-25T02:30"))
      << "nothing in the hour that comes again";
}

// 2026-03-08: 02:00 to 03:00 do not exist. 2026-11-01: 01:00 to 02:00 come twice.
TEST(FiringTimes, InNewYork) {
  EXPECT_THAT(firings("0 2 * * *", "America/New_York", "2026-03-07T00:00:00Z", 3),
              ElementsAre("2026-03-07T07:00", "2026-03-08T07:00", "2026-03-09T06:00"));
  EXPECT_THAT(firings("15 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", 2),
              ElementsAre("2026-11-01T05:15", "2026-11-02T06:15"));
}

// Clocks are moved by half an hour. 2026-10-04: 02:00 to 02:30 do not exist. 2027-04-04: 01:30 to 02:00 come twice.
TEST(FiringTimes, OnLordHoweIsland) {
  EXPECT_THAT(firings("10 2 * * *", "Australia/Lord_Howe", "2026-10-02T20:00:00Z", 3),
              ElementsAre("2026-10-03T15:30", "2026-10-04T15:10", "2026-10-05T15:10"));
  EXPECT_THAT(firings("45 1 * * *", "Australia/Lord_Howe", "2027-04-03T00:00:00Z", 2),
              ElementsAre("2027-04-03T14:45", "2027-04-04T15:15"));
}

// 2011-12-30 was left out: from the 29th, 23:59:59 at -10:00, to the 31st, 00:00 at +14:00.
TEST(FiringTimes, InApiaWhereADayWasLeftOut) {
  EXPECT_THAT(firings("0 9 * * *", "Pacific/Apia", "2011-12-29T00:00:00Z", 3),
              ElementsAre("2011-12-29T19:00", "2011-12-30T10:00", "2011-12-30T19:00"))
      << "the 30th's fires when the 31st begins";
}

TEST(FiringTimes, FarAheadClocksAreStillMoved) {
  EXPECT_THAT(firings("0 9 1 7 *", "Europe/Madrid", "2039-06-01T00:00:00Z", 1), ElementsAre("2039-07-01T07:00"));
  EXPECT_THAT(firings("0 9 1 1 *", "Europe/Madrid", "2039-06-01T00:00:00Z", 1), ElementsAre("2040-01-01T08:00"));
}

TEST(FiringTimes, NoneWithinTenYearsIsNever) {
  EXPECT_THAT(firings("0 0 30 2 *", "UTC", "2026-12-01T00:00:00Z", 1), ElementsAre("never"));
}

// All local minutes of some days, resolved one by one: their instants are the firings.
TEST(FiringTimes, AgreeWithASlowReading) {
  std::mt19937 random(5);
  const auto pick = [&](int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); };
  const std::pair<const char*, const char*> kDays[] = {
      {"Europe/Madrid", "2027-03-27T00:00"},       {"Europe/Madrid", "2026-10-24T00:00"},
      {"America/New_York", "2026-03-07T00:00"},    {"America/New_York", "2026-10-31T00:00"},
      {"Australia/Lord_Howe", "2026-10-03T00:00"}, {"Australia/Lord_Howe", "2027-04-03T00:00"},
      {"Pacific/Apia", "2011-12-29T00:00"}};
  for (int round = 0; round < 140; ++round) {
    const auto& [name, from] = kDays[round % std::size(kDays)];
    const auto first = pick(0, 59);
    const auto text = std::to_string(first) + "-59/" + std::to_string(pick(1, 30)) + " " + std::to_string(pick(0, 4)) +
                      "-" + std::to_string(pick(4, 23)) + " * * *";
    const auto rule = CronRule::parse(text);
    ASSERT_TRUE(rule.ok()) << text;
    std::set<TimePoint> all;
    const auto start = *parseLocalTime(from);
    for (auto at = start; at < start + 24h * 4; at += 1min)
      if (rule->matches(at)) all.insert(zone(name).resolve(at).at);
    auto at = zone(name).resolve(start).at + std::chrono::minutes(pick(0, 60 * 48));
    for (int i = 0; i < 10; ++i) {
      const auto slow = all.upper_bound(at);
      if (slow == all.end()) break;
      const auto quick = nextFiring(*rule, zone(name), at);
      ASSERT_TRUE(quick) << text << " in " << name;
      ASSERT_EQ(formatRfc3339(*quick), formatRfc3339(*slow))
          << text << " in " << name << " after " << formatRfc3339(at);
      at = *quick;
    }
  }
}

TEST(FiringTimes, TheSameTimeOfTheNextDayFollowsTheClocks) {
  const auto next = [](const std::string& at, const std::string& now) {
    return formatRfc3339(sameTimeNextDay(zone("Europe/Madrid"), utc(at), utc(now))).substr(0, 16);
  };
  EXPECT_EQ(next("2026-12-01T08:00:00Z", "2026-12-01T08:10:00Z"), "2026-12-02T08:00");
  EXPECT_EQ(next("2027-03-27T08:00:00Z", "2027-03-27T08:10:00Z"), "2027-03-28T07:00") << "summer time begins";
  EXPECT_EQ(next("2026-12-01T08:00:00Z", "2026-12-05T08:00:00Z"), "2026-12-06T08:00") << "after now, strictly";
  EXPECT_EQ(next("2026-12-01T08:00:00Z", "2026-12-05T07:00:00Z"), "2026-12-05T08:00") << "days later";
  EXPECT_EQ(next("2027-03-27T01:30:00Z", "2027-03-27T02:00:00Z"), "2027-03-28T01:00") << "in a gap: right after it";
}

}  // namespace
}  // namespace belfry::test
