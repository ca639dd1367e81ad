// Recurring schedules as their owners see them: made, changed, paused, resumed, removed.
//
// A schedule is checked completely when it is made or changed: its rule, that it ever fires, its zone, and its send as
// if it were sent now. What becomes wrong later is told by the schedule itself (see schedule_firings.h).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kit/result.h"
#include "model/caller.h"
#include "ports/schedule_store.h"
#include "ports/time_zones.h"
#include "services/schedules/scheduled_send.h"

namespace belfry {

/// A schedule as somebody wants it.
struct ScheduleWish {
  ScheduleTerms terms;                   ///< an empty timezone: that of the settings
  std::optional<MisfirePolicy> misfire;  ///< absent: that of the settings
};

struct ScheduleDefaults {
  MisfirePolicy misfire = MisfirePolicy::send;
  std::string timezone = "UTC";
};

/// Thread-safe. All may throw StoreUnavailable.
class Schedules {
 public:
  using Outcome = Result<Schedule, Problem>;

  /// `changed` is called after a schedule may have become due earlier, to wake the scheduler of this process.
  Schedules(ScheduleStore& store, const TimeZones& zones, const ScheduledSend& send, const Clock& clock,
            ScheduleDefaults defaults, std::function<void()> changed);

  Outcome create(const Caller& caller, ScheduleWish wish);
  /// Terms anew; it stays paused if it was. One that has ended cannot be changed.
  Outcome replace(const Caller& caller, ScheduleId id, ScheduleWish wish);
  Outcome pause(TenantId tenant, ScheduleId id);
  /// It fires at its next time from now on; what it missed while it was paused stays missed.
  Outcome resume(TenantId tenant, ScheduleId id);
  /// What was removed. Notifications that came of it stay.
  Outcome remove(TenantId tenant, ScheduleId id);
  Outcome find(TenantId tenant, ScheduleId id) const;
  /// The next times, at most `count`; none unless it is active.
  std::vector<TimePoint> upcoming(const Schedule& schedule, int count) const;

 private:
  std::optional<Problem> fault(const Caller& caller, ScheduleWish& wish, std::optional<TimePoint>& first);
  std::optional<TimePoint> firstFiring(const ScheduleTerms& terms, TimePoint after,
                                       std::vector<FieldError>& errors) const;
  Outcome store(Schedule changed);

  ScheduleStore& store_;
  const TimeZones& zones_;
  const ScheduledSend& send_;
  const Clock& clock_;
  const ScheduleDefaults defaults_;
  const std::function<void()> changed_;
};

}  // namespace belfry
