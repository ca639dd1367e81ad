// The date of a message.
#pragma once

#include <cstdint>
#include <string>

namespace belfry::mail {

/// RFC 5322 §3.3, always in UTC; `ms` are Unix milliseconds from the years 1970 to 9999. Days to civil date: H.
/// Hinnant, "chrono-Compatible Low-Level Date Algorithms", days from 0000-03-01.
inline std::string dateText(std::int64_t ms) {
  static constexpr const char* kDays[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr std::int64_t kLast = 253402300799;  // 9999-12-31T23:59:59Z
  const std::int64_t seconds = ms < 0 ? 0 : ms / 1000 > kLast ? kLast : ms / 1000;
  const std::int64_t days = seconds / 86400;
  const std::int64_t z = days + 719468;
  const std::int64_t era = z / 146097;
  const std::int64_t day_of_era = z - era * 146097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted = (5 * day_of_year + 2) / 153;
  const std::int64_t month = shifted < 10 ? shifted + 2 : shifted - 10;
  const std::int64_t year = year_of_era + era * 400 + (month < 2 ? 1 : 0);
  const auto two = [](std::int64_t n) {
    return std::string(1, static_cast<char>('0' + n / 10)) + static_cast<char>('0' + n % 10);
  };
  return std::string(kDays[days % 7]) + ", " + two(day_of_year - (153 * shifted + 2) / 5 + 1) + " " + kMonths[month] +
         " " + std::to_string(year) + " " + two(seconds / 3600 % 24) + ":" + two(seconds / 60 % 60) + ":" +
         two(seconds % 60) + " +0000";
}

}  // namespace belfry::mail
