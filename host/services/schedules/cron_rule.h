// A rule in cron's five fields: minute, hour, day of the month, month, day of the week.
//
//   0 9 * * MON-FRI     at 9:00 on workdays
//   */15 8-18 * * *     every quarter of an hour from 8:00 to 18:45
//   0 0 1,15 JAN *      at midnight on 1 and 15 January
//
// A field is a list of items with commas; an item is `*`, a number, a range `a-b`, or `*` or a range with a step `/n`.
// Months and days of the week may be named by three letters; Sunday is 0 and 7. As in every cron, a rule that restricts
// both kinds of day (neither field starts with `*`) fires on days that satisfy either.
#pragma once

#include <bitset>
#include <optional>
#include <string>
#include <string_view>

#include "kit/local_time.h"
#include "kit/result.h"

namespace belfry {

/// Why a text is no rule.
struct CronFault {
  std::string message;  ///< names the field, such as "hour"
  std::string value;    ///< the item that is wrong
  std::string allowed;
};

class CronRule {
 public:
  static Result<CronRule, CronFault> parse(std::string_view text);

  /// Whether the rule names this minute.
  bool matches(LocalTime at) const;
  /// The first minute after `after` that the rule names; nullopt when there is none before `until`.
  std::optional<LocalTime> next(LocalTime after, LocalTime until) const;

 private:
  bool matchesDay(std::chrono::local_days day) const;
  /// The first minute of the day that is named, from `from` on.
  std::optional<Duration> timeOfDay(Duration from) const;

  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<8> weekdays_;   // Sunday is 0
  bool any_day_ = false;      // the day of the month starts with `*`
  bool any_weekday_ = false;  // the day of the week does
};

}  // namespace belfry
