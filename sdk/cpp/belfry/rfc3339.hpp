// Times as providers write them: 2026-11-20T22:08:04.123Z (RFC 3339).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace belfry {

namespace detail {

/// Exactly `n` digits at the front, which are removed; -1 when they are not there.
inline std::int64_t takeDigits(std::string_view& text, std::size_t n) {
  if (text.size() < n) return -1;
  std::int64_t value = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(n);
  return value;
}

inline bool takeChar(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

/// Days since 1970-01-01 in the Gregorian calendar (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
inline std::int64_t daysSinceEpoch(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = year / 400;
  const std::int64_t of_era = year - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

inline bool isDay(std::int64_t year, std::int64_t month, std::int64_t day) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return false;
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return day <= kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

/// Milliseconds of ".123456"; digits beyond them are dropped. 0 when there is no fraction, -1 when it is malformed.
inline std::int64_t takeFraction(std::string_view& text) {
  if (!takeChar(text, '.')) return 0;
  std::int64_t ms = 0;
  std::size_t n = 0;
  for (; n < text.size() && text[n] >= '0' && text[n] <= '9'; ++n)
    if (n < 3) ms = ms * 10 + (text[n] - '0');
  if (n == 0 || n > 9) return -1;
  for (std::size_t i = n; i < 3; ++i) ms *= 10;
  text.remove_prefix(n);
  return ms;
}

/// Minutes of "Z", "+02:00" or "+0200" into `minutes`.
inline bool takeZone(std::string_view& text, std::int64_t& minutes) {
  minutes = 0;
  if (takeChar(text, 'Z')) return true;
  const std::int64_t sign = takeChar(text, '+') ? 1 : takeChar(text, '-') ? -1 : 0;
  const auto hour = takeDigits(text, 2);
  takeChar(text, ':');
  const auto minute = takeDigits(text, 2);
  minutes = sign * (hour * 60 + minute);
  return sign != 0 && hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59;
}

/// A separator and two digits; -1 when they are not there.
inline std::int64_t takePart(std::string_view& text, char separator) {
  return takeChar(text, separator) ? takeDigits(text, 2) : -1;
}

}  // namespace detail

/// Unix milliseconds; nullopt for anything that is no such time of the years 1970 to 9999.
inline std::optional<std::int64_t> parseTime(std::string_view text) {
  const auto year = detail::takeDigits(text, 4);
  const auto month = detail::takePart(text, '-');
  const auto day = detail::takePart(text, '-');
  const auto hour = detail::takePart(text, 'T');
  const auto minute = detail::takePart(text, ':');
  const auto second = detail::takePart(text, ':');
  const auto ms = detail::takeFraction(text);
  std::int64_t zone = 0;
  if (!detail::takeZone(text, zone) || !text.empty() || ms < 0) return std::nullopt;
  if (year < 1970 || !detail::isDay(year, month, day)) return std::nullopt;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return std::nullopt;
  const std::int64_t minutes = (detail::daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute - zone;
  if (minutes < 0) return std::nullopt;
  return (minutes * 60 + second) * 1000 + ms;
}

}  // namespace belfry
