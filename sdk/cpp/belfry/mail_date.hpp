// The date of a message.
#pragma once

#include <belfry/civil_time.hpp>

#include <cstdint>
#include <string>

namespace belfry::mail {

/// RFC 5322 §3.3, always in UTC; `ms` are Unix milliseconds from the years 1970 to 9999.
inline std::string dateText(std::int64_t ms) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const CivilTime t = civilTime(ms);
  return std::string(kDays[t.weekday]) + ", " + twoDigits(t.day) + " " + kMonths[t.month - 1] + " " +
         std::to_string(t.year) + " " + twoDigits(t.hour) + ":" + twoDigits(t.minute) + ":" + twoDigits(t.second) +
         " +0000";
}

}  // namespace belfry::mail
