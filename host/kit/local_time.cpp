#include "kit/local_time.h"

namespace belfry {

std::optional<LocalTime> parseLocalTime(std::string_view text) {
  constexpr std::size_t kToTheMinute = std::string_view("2026-12-01T09:00").size();
  std::string utc(text);
  // With an offset already there, a second one makes it malformed.
  utc += text.size() == kToTheMinute ? ":00Z" : "Z";
  const auto at = parseRfc3339(utc);
  if (!at) return std::nullopt;
  return LocalTime(at->time_since_epoch());
}

std::string formatLocalTime(LocalTime at) {
  auto text = formatRfc3339(TimePoint(at.time_since_epoch()));
  text.pop_back();  // Z
  constexpr std::string_view kNoFraction = ".000000";
  if (text.ends_with(kNoFraction)) text.resize(text.size() - kNoFraction.size());
  return text;
}

}  // namespace belfry
