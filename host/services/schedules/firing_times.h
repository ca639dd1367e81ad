// When a rule fires on the clocks of a zone.
//
// A time that clocks skip fires at the first instant after the gap; a time that comes twice fires once, the first time.
// So a rule fires as often as the day has different local times for it, whatever the clocks do.
#pragma once

#include <optional>

#include "ports/time_zones.h"
#include "services/schedules/cron_rule.h"

namespace belfry {

/// How far ahead a rule is looked for: what does not fire until then never does.
inline constexpr std::chrono::hours kFarthestFiring{24 * 366 * 10};

/// The first firing after `after`, at most ten years later; nullopt when there is none.
std::optional<TimePoint> nextFiring(const CronRule& rule, const TimeZone& zone, TimePoint after);

/// The same clock time on the first later day on which it lies after `now`.
TimePoint sameTimeNextDay(const TimeZone& zone, TimePoint at, TimePoint now);

}  // namespace belfry
