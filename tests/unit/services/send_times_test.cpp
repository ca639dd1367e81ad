// Local times of a send: which instant they mean, and what is refused.
#include "services/intake/send_times.h"

#include "adapters/datetz/system_time_zones.h"
#include "fakes.h"

namespace belfry::test {
namespace {

class SendTimesTest : public ::testing::Test {
 protected:
  /// "2026-…Z" of the instant, or the errors as "pointer code".
  std::vector<std::string> resolved() {
    static const datetz::SystemTimeZones zones;
    std::vector<FieldError> errors;
    resolveLocalTime(times_, homes_, zones, errors);
    std::vector<std::string> said;
    for (const auto& error : errors) {
      said.push_back(error.pointer + " " + std::string(toText(error.code)));
      allowed_ = error.allowed;
      EXPECT_FALSE(error.allowed.empty()) << said.back();
    }
    if (errors.empty() && times_.send_at) said.push_back(formatRfc3339(*times_.send_at).substr(0, 16));
    return said;
  }
  std::vector<std::string> local(const std::string& time, const std::string& zone) {
    times_ = {};
    times_.send_at_local = *parseLocalTime(time);
    times_.timezone = zone;
    return resolved();
  }

  SendTimes times_;
  HomeZones homes_{"", "UTC"};
  std::string allowed_;
};

TEST_F(SendTimesTest, TheZoneIsTheOneNamedElseTheRecipientsElseTheSettings) {
  EXPECT_THAT(local("2026-12-01T09:00", ""), ElementsAre("2026-12-01T09:00"));
  homes_.recipient = "America/New_York";
  EXPECT_THAT(local("2026-12-01T09:00", ""), ElementsAre("2026-12-01T14:00"));
  EXPECT_THAT(local("2026-12-01T09:00", "Europe/Madrid"), ElementsAre("2026-12-01T08:00"));
}

TEST_F(SendTimesTest, ATimeThatClocksSkipIsRefused) {
  EXPECT_THAT(local("2027-03-28T02:30", "Europe/Madrid"), ElementsAre("/sendAtLocal no_such_time"));
  EXPECT_THAT(allowed_, HasSubstr("from 2027-03-28T03:00:00 on"));
  EXPECT_THAT(local("2027-03-28T03:00", "Europe/Madrid"), ElementsAre("2027-03-28T01:00"));
}

TEST_F(SendTimesTest, OfATimeThatComesTwiceTheEarlierCounts) {
  EXPECT_THAT(local("2026-10-25T02:30", "Europe/Madrid"), ElementsAre("2026-10-25T00:30"));
}

TEST_F(SendTimesTest, ZonesMustExist) {
  EXPECT_THAT(local("2026-12-01T09:00", "Europe/Atlantis"), ElementsAre("/timezone not_found"));
  homes_.recipient = "Mars/Olympus";
  EXPECT_THAT(local("2026-12-01T09:00", ""), ElementsAre("/recipient/timezone not_found"));
  times_ = {};
  EXPECT_THAT(resolved(), ElementsAre("/recipient/timezone not_found")) << "at once as well";
}

TEST_F(SendTimesTest, OneTimeIsEnough) {
  times_.send_at_local = *parseLocalTime("2026-12-01T09:00");
  times_.send_at = noon();
  EXPECT_THAT(resolved(), ElementsAre("/sendAtLocal conflict"));
  times_.send_at.reset();
  times_.delay = Duration(1h);
  EXPECT_THAT(resolved(), ElementsAre("/sendAtLocal conflict"));
  times_ = {};
  times_.timezone = "Europe/Madrid";
  EXPECT_THAT(resolved(), ElementsAre("/timezone conflict")) << "a zone without a time";
  times_.delay = Duration(1h);
  EXPECT_THAT(resolved(), IsEmpty()) << "it says what the same time of the next day is";
}

TEST(LocalTimeText, IsReadStrictly) {
  for (const char* text : {"2026-12-01T09:00", "2026-12-01T09:00:30", "2026-12-01T09:00:30.25"})
    EXPECT_TRUE(parseLocalTime(text)) << text;
  for (const char* text : {"", "2026-12-01", "2026-12-01 09:00", "2026-12-01T09:00Z", "2026-12-01T09:00+01:00",
                           "2026-12-01T09:00:00Z", "2026-12-01T09:00:00+01:00", "2026-02-30T09:00", "2026-12-01T24:00",
                           "2026-12-01T9:00", "2026-12-01T09:60", "1969-12-31T23:59"})
    EXPECT_FALSE(parseLocalTime(text)) << text;
  EXPECT_EQ(formatLocalTime(*parseLocalTime("2026-12-01T09:00")), "2026-12-01T09:00:00");
  EXPECT_EQ(formatLocalTime(*parseLocalTime("2026-12-01T09:00:30.25")), "2026-12-01T09:00:30.250000");
}

}  // namespace
}  // namespace belfry::test
