// Instants, clocks and their text forms. UTC inside, std::chrono only.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace belfry {

using TimePoint = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;
using Duration = std::chrono::microseconds;

/// Where "now" comes from. Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
};

/// The machine's real-time clock.
class SystemClock final : public Clock {
 public:
  TimePoint now() const override;
};

/// `2026-12-01T09:00:00.000000Z`: always UTC, always microseconds.
std::string formatRfc3339(TimePoint at);
/// RFC 3339 §5.6 with any offset, 0 to 9 fraction digits (truncated to microseconds); years 1970 to 9999; leap second
/// :60 refused.
std::optional<TimePoint> parseRfc3339(std::string_view text);
/// ISO 8601 duration `P[nW][nD][T[nH][nM][nS]]`, non-negative, fractions only of seconds, no years or months (their
/// length varies), at most 3660 days.
std::optional<Duration> parseIsoDuration(std::string_view text);
/// RFC 5322 §3.3 date in UTC, e.g. `Tue, 01 Dec 2026 09:00:00 +0000`.
std::string formatRfc5322(TimePoint at);

}  // namespace belfry
