// Unix time as a date and a time of day in UTC, and as text.
#pragma once

#include <cstdint>
#include <string>

namespace belfry {

struct CivilTime {
  std::int64_t year = 1970;
  int month = 1;  ///< 1 to 12
  int day = 1;    ///< 1 to 31
  int hour = 0;
  int minute = 0;
  int second = 0;
  int weekday = 4;  ///< 0: Sunday
};

/// Of the years 1970 to 9999; what lies outside becomes their first or last second. Days to civil date: H. Hinnant,
/// "chrono-Compatible Low-Level Date Algorithms", days from 0000-03-01.
inline CivilTime civilTime(std::int64_t unix_ms) {
  constexpr std::int64_t kLast = 253402300799;  // 9999-12-31T23:59:59Z
  const std::int64_t seconds = unix_ms < 0 ? 0 : unix_ms / 1000 > kLast ? kLast : unix_ms / 1000;
  const std::int64_t days = seconds / 86400;
  const std::int64_t z = days + 719468;
  const std::int64_t era = z / 146097;
  const std::int64_t day_of_era = z - era * 146097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted = (5 * day_of_year + 2) / 153;
  CivilTime out;
  out.month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
  out.year = year_of_era + era * 400 + (out.month <= 2 ? 1 : 0);
  out.day = static_cast<int>(day_of_year - (153 * shifted + 2) / 5 + 1);
  out.hour = static_cast<int>(seconds / 3600 % 24);
  out.minute = static_cast<int>(seconds / 60 % 60);
  out.second = static_cast<int>(seconds % 60);
  out.weekday = static_cast<int>((days + 4) % 7);
  return out;
}

inline std::string twoDigits(int n) {
  return std::string(1, static_cast<char>('0' + n / 10)) + static_cast<char>('0' + n % 10);
}

/// RFC 3339 in UTC with milliseconds: 2026-11-20T22:08:04.123Z.
inline std::string rfc3339Text(std::int64_t unix_ms) {
  const CivilTime t = civilTime(unix_ms);
  const int ms = unix_ms < 0 ? 0 : static_cast<int>(unix_ms % 1000);
  return std::to_string(t.year) + "-" + twoDigits(t.month) + "-" + twoDigits(t.day) + "T" + twoDigits(t.hour) + ":" +
         twoDigits(t.minute) + ":" + twoDigits(t.second) + "." + static_cast<char>('0' + ms / 100) +
         twoDigits(ms % 100) + "Z";
}

}  // namespace belfry
