// The zones of this system's tzdata.
#include "adapters/datetz/system_time_zones.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "adapters/datetz/standing_rule.h"

namespace belfry::datetz {
namespace {

using namespace std::chrono_literals;

const SystemTimeZones zones;

/// "once 2026-…Z", in UTC to the minute.
std::string said(LocalMoment moment) {
  const char* kind = moment.kind == LocalKind::once ? "once " : moment.kind == LocalKind::never ? "never " : "twice ";
  return kind + formatRfc3339(moment.at).substr(0, 16);
}

std::string resolved(const std::string& zone, const std::string& local) {
  return said(zones.find(zone)->resolve(*parseLocalTime(local)));
}

std::string localOf(const std::string& zone, const std::string& utc) {
  return formatLocalTime(zones.find(zone)->local(*parseRfc3339(utc)));
}

struct Case {
  const char* zone;
  const char* local;
  const char* what;
};

class Clocks : public ::testing::TestWithParam<Case> {};

TEST_P(Clocks, AreMovedAsTzdataSays) {
  const auto& [zone, local, what] = GetParam();
  EXPECT_EQ(resolved(zone, local), what) << zone << " " << local;
}

INSTANTIATE_TEST_SUITE_P(All, Clocks,
                         ::testing::Values(Case{"UTC", "2026-12-01T09:00", "once 2026-12-01T09:00"},
                                           Case{"Europe/Madrid", "2026-12-01T09:00", "once 2026-12-01T08:00"},
                                           Case{"Europe/Madrid", "2026-07-01T09:00", "once 2026-07-01T07:00"},
                                           Case{"Europe/Madrid", "2027-03-28T01:59", "once 2027-03-28T00:59"},
                                           Case{"Europe/Madrid", "2027-03-28T02:00", "never 2027-03-28T01:00"},
                                           Case{"Europe/Madrid", "2027-03-28T02:59", "never 2027-03-28T01:00"},
                                           Case{"Europe/Madrid", "2027-03-28T03:00", "once 2027-03-28T01:00"},
                                           Case{"Europe/Madrid", "2026-10-25T01:59", "once 2026-10-24T23:59"},
                                           Case{"Europe/Madrid", "2026-10-25T02:00", "twice 2026-10-25T00:00"},
                                           Case{"Europe/Madrid", "2026-10-25T02:59", "twice 2026-10-25T00:59"},
                                           Case{"Europe/Madrid", "2026-10-25T03:00", "once 2026-10-25T02:00"},
                                           Case{"America/New_York", "2026-03-08T02:30", "never 2026-03-08T07:00"},
                                           Case{"America/New_York", "2026-11-01T01:30", "twice 2026-11-01T05:30"},
                                           Case{"Australia/Lord_Howe", "2026-10-04T02:10", "never 2026-10-03T15:30"},
                                           Case{"Australia/Lord_Howe", "2026-10-04T02:30", "once 2026-10-03T15:30"},
                                           Case{"Australia/Lord_Howe", "2027-04-04T01:45", "twice 2027-04-03T14:45"},
                                           Case{"Australia/Lord_Howe", "2027-04-04T02:00", "once 2027-04-03T15:30"},
                                           Case{"Pacific/Apia", "2011-12-29T23:59", "once 2011-12-30T09:59"},
                                           Case{"Pacific/Apia", "2011-12-30T12:00", "never 2011-12-30T10:00"},
                                           Case{"Pacific/Apia", "2011-12-31T00:00", "once 2011-12-30T10:00"},
                                           // Past the list of tzdata, by its standing rule.
                                           Case{"Europe/Madrid", "2045-07-01T09:00", "once 2045-07-01T07:00"},
                                           Case{"Europe/Madrid", "2045-03-26T02:30", "never 2045-03-26T01:00"},
                                           Case{"Europe/Madrid", "2045-10-29T02:30", "twice 2045-10-29T00:30"},
                                           Case{"Australia/Sydney", "2045-01-15T09:00", "once 2045-01-14T22:00"},
                                           Case{"Australia/Sydney", "2045-07-15T09:00", "once 2045-07-14T23:00"},
                                           Case{"Europe/Dublin", "2045-07-15T09:00", "once 2045-07-15T08:00"},
                                           Case{"Europe/Dublin", "2045-03-26T01:30", "never 2045-03-26T01:00"}));

TEST(SystemTimeZones, KnowLocalTimes) {
  EXPECT_EQ(localOf("Europe/Madrid", "2026-12-01T08:00:00Z"), "2026-12-01T09:00:00");
  EXPECT_EQ(localOf("Europe/Madrid", "2045-07-01T07:00:00Z"), "2045-07-01T09:00:00");
  EXPECT_EQ(localOf("Asia/Kathmandu", "2026-12-01T00:00:00Z"), "2026-12-01T05:45:00");
  EXPECT_EQ(localOf("Asia/Kathmandu", "2045-12-01T00:00:00Z"), "2045-12-01T05:45:00");
}

TEST(SystemTimeZones, FindExactNamesOnly) {
  EXPECT_EQ(zones.find("Europe/Madrid")->name(), "Europe/Madrid");
  EXPECT_EQ(zones.find("Europe/Madrid"), zones.find("Europe/Madrid"));
  EXPECT_NE(zones.find("Asia/Calcutta"), nullptr) << "an old name is a name";
  for (const char* none : {"", "Europe/Atlantis", "europe/madrid", "Europe", "../../../etc/passwd", "localtime",
                           "posixrules", "Factory", "CEST", "GMT+25", "tzdata.zi", "zone.tab"})
    EXPECT_EQ(zones.find(none), nullptr) << none;
}

// The file's last transitions, and so its time zone, are the system's: date-tz has no database of its own.
TEST(SystemTimeZones, AreThoseOfTheSystem) {
  for (const auto& entry : std::filesystem::directory_iterator("/usr/share/zoneinfo/Europe")) {
    const auto name = "Europe/" + entry.path().filename().string();
    EXPECT_NE(zones.find(name), nullptr) << name;
  }
}

std::string lastLineOf(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  const auto end = text.rfind('\n');
  return text.substr(text.rfind('\n', end - 1) + 1, end - text.rfind('\n', end - 1) - 1);
}

/// Their lists go their own way around Ramadan, up to 2086.
bool goesByRamadan(const std::string& name) {
  const std::set<std::string> kZones = {"Africa/Casablanca", "Africa/El_Aaiun", "Asia/Gaza", "Asia/Hebron"};
  return kZones.contains(name);
}

// Where the list and the rule both speak, they say the same, in every zone: so the rule may go on where the list ends.
TEST(StandingRule, AgreesWithTheListInEveryZone) {
  const std::filesystem::path root = "/usr/share/zoneinfo";
  int compared = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const auto name = std::filesystem::relative(entry.path(), root).string();
    if (!entry.is_regular_file() || name.starts_with("posix") || name.starts_with("right")) continue;
    const auto* zone = zones.find(name);
    if (zone == nullptr) continue;
    const auto rule = StandingRule::parse(lastLineOf(entry.path()));
    ASSERT_TRUE(rule) << name << " " << lastLineOf(entry.path());
    if (goesByRamadan(name)) continue;
    for (auto at = *parseRfc3339("2034-01-01T00:30:00Z"); at < *parseRfc3339("2037-01-01T00:00:00Z"); at += 6h) {
      ASSERT_EQ(formatLocalTime(zone->local(at)), formatLocalTime(LocalTime(at.time_since_epoch() + rule->offset(at))))
          << name << " at " << formatRfc3339(at);
      const LocalTime local(at.time_since_epoch());
      ASSERT_EQ(said(zone->resolve(local)), said(rule->resolve(local))) << name << " " << formatLocalTime(local);
    }
    ++compared;
  }
  EXPECT_GT(compared, 300);
}

TEST(StandingRule, RefusesWhatIsNone) {
  for (const char* text :
       {"", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
        "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0,", "CET-1CEST,J60,J300", "<CET-1", "1", "CET-999",
        "CET-1CEST,M0.5.0,M10.5.0", "CET-1CEST,M3.0.0,M10.5.0", "CET--1"})
    EXPECT_FALSE(StandingRule::parse(text)) << text;
  for (const char* text : {"UTC0", "<+0545>-5:45", "EST5EDT,M3.2.0,M11.1.0", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
                           "IST-1GMT0,M10.5.0,M3.5.0/1", "EET-2EEST,M3.4.4/50,M10.4.4/50"})
    EXPECT_TRUE(StandingRule::parse(text)) << text;
}

}  // namespace
}  // namespace belfry::datetz
