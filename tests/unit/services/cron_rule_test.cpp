// Rules in cron's five fields: what they mean, held against a slow and obvious reading, and what is refused.
#include "services/schedules/cron_rule.h"

#include <random>
#include <set>

#include "fakes.h"

namespace belfry::test {
namespace {

LocalTime local(const std::string& text) { return *parseLocalTime(text); }

std::string after(const std::string& rule, const std::string& from) {
  const auto parsed = CronRule::parse(rule);
  if (!parsed) return "no rule: " + parsed.error().message;
  const auto next = parsed->next(local(from), local(from) + 24h * 366 * 10);
  return next ? formatLocalTime(*next) : "never";
}

TEST(CronRule, TellsTheNextTime) {
  EXPECT_EQ(after("0 9 * * MON-FRI", "2026-12-04T09:00"), "2026-12-07T09:00:00") << "over a weekend";
  EXPECT_EQ(after("*/15 8-18 * * *", "2026-12-01T18:45"), "2026-12-02T08:00:00");
  EXPECT_EQ(after("0 0 1,15 jan *", "2026-12-01T00:00"), "2027-01-01T00:00:00");
  EXPECT_EQ(after("0 0 29 2 *", "2026-12-01T00:00"), "2028-02-29T00:00:00") << "a leap day";
  EXPECT_EQ(after("59 23 31 12 *", "2026-12-31T23:58:59"), "2026-12-31T23:59:00");
  EXPECT_EQ(after("* * * * *", "2026-12-31T23:59"), "2027-01-01T00:00:00");
  EXPECT_EQ(after("10-20/5 3 * * *", "2026-12-01T03:10:30"), "2026-12-01T03:15:00");
  EXPECT_EQ(after("0 0 * * 7", "2026-12-01T00:00"), "2026-12-06T00:00:00") << "7 is Sunday too";
  EXPECT_EQ(after("  0   12  *  *  *  ", "2026-12-01T00:00"), "2026-12-01T12:00:00") << "several spaces";
}

TEST(CronRule, EitherKindOfDayIsEnoughWhenBothAreRestricted) {
  EXPECT_EQ(after("0 0 13 * FRI", "2026-12-01T00:00"), "2026-12-04T00:00:00") << "a Friday";
  EXPECT_EQ(after("0 0 13 * FRI", "2026-12-11T00:00"), "2026-12-13T00:00:00") << "a 13th";
  EXPECT_EQ(after("0 0 */2 * FRI", "2026-12-01T00:00"), "2026-12-11T00:00:00") << "a step after * restricts both";
}

TEST(CronRule, ThatNamesNoDayNeverComes) {
  EXPECT_EQ(after("0 0 30 2 *", "2026-12-01T00:00"), "never");
  EXPECT_EQ(after("0 0 31 4,6,9,11 *", "2026-12-01T00:00"), "never");
  EXPECT_EQ(after("0 0 30 2 MON", "2026-12-01T00:00"), "2027-02-01T00:00:00") << "Mondays in February";
}

struct Refusal {
  const char* rule;
  const char* message;
  const char* value;
};

class CronRefusal : public ::testing::TestWithParam<Refusal> {};

TEST_P(CronRefusal, NamesTheFieldTheValueAndWhatIsAllowed) {
  const auto parsed = CronRule::parse(GetParam().rule);
  ASSERT_FALSE(parsed.ok());
  EXPECT_THAT(parsed.error().message, HasSubstr(GetParam().message));
  EXPECT_EQ(parsed.error().value, GetParam().value);
  EXPECT_FALSE(parsed.error().allowed.empty());
}

INSTANTIATE_TEST_SUITE_P(
    All, CronRefusal,
    ::testing::Values(Refusal{"", "has 0 fields", ""}, Refusal{"0 9 * *", "has 4 fields", "0 9 * *"},
                      Refusal{"0 0 9 * * *", "has 6 fields", "0 0 9 * * *"},
                      Refusal{"@daily", "has 1 fields", "@daily"}, Refusal{"60 * * * *", "minute", "60"},
                      Refusal{"* 24 * * *", "hour", "24"}, Refusal{"* * 0 * *", "day of the month", "0"},
                      Refusal{"* * 32 * *", "day of the month", "32"}, Refusal{"* * * 13 *", "month", "13"},
                      Refusal{"* * * FOO *", "month", "FOO"}, Refusal{"* * * * 8", "day of the week", "8"},
                      Refusal{"* * * MON *", "month", "MON"}, Refusal{"5-1 * * * *", "ends before it starts", "5-1"},
                      Refusal{"* * * * FRI-MON", "ends before it starts", "FRI-MON"},
                      Refusal{"*/0 * * * *", "step", "*/0"}, Refusal{"*/ * * * *", "step", "*/"},
                      Refusal{"5/10 * * * *", "step after a single number", "5/10"},
                      Refusal{"1,,2 * * * *", "minute", ""}, Refusal{"-1 * * * *", "minute", "-1"},
                      Refusal{"1-2-3 * * * *", "minute", "1-2-3"}, Refusal{"0x1 * * * *", "minute", "0x1"},
                      Refusal{"? * * * *", "minute", "?"}, Refusal{"99999999999 * * * *", "minute", "99999999999"}));

/// One field as the sets of the numbers that it names, put together by the test itself.
struct Field {
  std::string text;
  std::set<int> named;
  bool star = false;
};

Field randomField(std::mt19937& random, int least, int most) {
  const auto pick = [&](int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); };
  Field field;
  for (int items = pick(1, 2); items > 0; --items) {
    int first = least, last = most, step = 1;
    std::string item = "*";
    if (pick(0, 2) > 0) {
      first = pick(least, most);
      last = pick(0, 1) ? first : pick(first, most);
      item = std::to_string(first) + (last == first ? "" : "-" + std::to_string(last));
    }
    const bool spans = item == "*" || item.find('-') != std::string::npos;
    if (spans && pick(0, 1)) item += "/" + std::to_string(step = pick(1, 9));
    for (int value = first; value <= last; value += step) field.named.insert(value);
    if (field.text.empty()) field.star = item[0] == '*';
    field.text += (field.text.empty() ? "" : ",") + item;
  }
  return field;
}

// Every minute is asked, one after the other.
TEST(CronRule, AgreesWithASlowReading) {
  std::mt19937 random(4);
  for (int round = 0; round < 300; ++round) {
    const auto minute = randomField(random, 0, 59), hour = randomField(random, 0, 23), day = randomField(random, 1, 31),
               month = randomField(random, 1, 12), weekday = randomField(random, 0, 6);
    const auto text = minute.text + " " + hour.text + " " + day.text + " " + month.text + " " + weekday.text;
    const auto named = [&](LocalTime at) {
      using namespace std::chrono;
      const auto date = floor<days>(at);
      const year_month_day ymd(date);
      const hh_mm_ss<Duration> clock(at - date);
      const bool by_date = day.named.contains(static_cast<int>(static_cast<unsigned>(ymd.day())));
      const bool by_weekday = weekday.named.contains(static_cast<int>(std::chrono::weekday(date).c_encoding()));
      return minute.named.contains(static_cast<int>(clock.minutes().count())) &&
             hour.named.contains(static_cast<int>(clock.hours().count())) &&
             month.named.contains(static_cast<int>(static_cast<unsigned>(ymd.month()))) &&
             (day.star || weekday.star ? by_date && by_weekday : by_date || by_weekday);
    };
    const auto rule = CronRule::parse(text);
    ASSERT_TRUE(rule.ok()) << text;
    const auto from =
        local("2026-01-01T00:00") + std::chrono::minutes(std::uniform_int_distribution<int>(0, 1000000)(random));
    const auto until = from + 24h * 45;
    std::optional<LocalTime> slow;
    for (auto at = from + 1min; at < until && !slow; at += 1min)
      if (named(at)) slow = at;
    const auto quick = rule->next(from, until);
    EXPECT_EQ(quick, slow) << text << " after " << formatLocalTime(from);
    if (quick) {
      EXPECT_TRUE(rule->matches(*quick)) << text;
    }
  }
}

}  // namespace
}  // namespace belfry::test
