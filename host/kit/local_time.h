// A time as a clock on the wall shows it: without a zone it names no instant.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kit/time.h"

namespace belfry {

using LocalTime = std::chrono::time_point<std::chrono::local_t, Duration>;

/// `2026-12-01T09:00`, with seconds and up to 9 fraction digits if wanted (truncated to microseconds); no offset; years
/// 1970 to 9999.
std::optional<LocalTime> parseLocalTime(std::string_view text);
/// `2026-12-01T09:00:00`, with a fraction only where there is one.
std::string formatLocalTime(LocalTime at);

}  // namespace belfry
