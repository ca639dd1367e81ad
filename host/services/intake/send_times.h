// When a notification shall leave, as a caller says it: at an instant, after a delay, or at a time of some zone's
// clocks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kit/local_time.h"
#include "kit/time.h"
#include "model/problem.h"
#include "ports/time_zones.h"

namespace belfry {

/// At most one of send_at, delay and send_at_local; none: at once.
struct SendTimes {
  std::optional<TimePoint> send_at;
  std::optional<Duration> delay;
  std::optional<LocalTime> send_at_local;
  std::string timezone;  ///< IANA; empty: the recipient's, else that of the settings
  std::optional<TimePoint> expires_at;
};

/// Where a time is meant when the caller does not say.
struct HomeZones {
  std::string recipient;  ///< the recipient's zone; may be empty
  std::string setting;    ///< schedule.timezone
};

/// Makes an instant, `send_at`, of `send_at_local`. A time that the zone's clocks skip is an error; of one that comes
/// twice the earlier counts. Zones that are named, the recipient's too, must exist.
void resolveLocalTime(SendTimes& times, const HomeZones& homes, const TimeZones& zones,
                      std::vector<FieldError>& errors);

}  // namespace belfry
