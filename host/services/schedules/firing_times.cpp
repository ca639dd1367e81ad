#include "services/schedules/firing_times.h"

#include <algorithm>

namespace belfry {

std::optional<TimePoint> nextFiring(const CronRule& rule, const TimeZone& zone, TimePoint after) {
  const auto until = zone.local(after) + kFarthestFiring;
  // Instants never go back while local times go forward, so whatever is named up to now has fired.
  for (auto local = rule.next(zone.local(after), until); local; local = rule.next(*local, until)) {
    const auto at = zone.resolve(*local).at;
    // In the second pass of an overlap the local time says a later minute of the first one.
    if (at > after) return at;
  }
  return std::nullopt;
}

TimePoint sameTimeNextDay(const TimeZone& zone, TimePoint at, TimePoint now) {
  using std::chrono::days;
  const auto local = zone.local(at);
  const auto passed = std::chrono::floor<days>(std::max(zone.local(now) - local, Duration::zero()));
  for (auto next = local + std::max(passed, days(1));; next += days(1))
    if (const auto moment = zone.resolve(next).at; moment > now) return moment;
}

}  // namespace belfry
