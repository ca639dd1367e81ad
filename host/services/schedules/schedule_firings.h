// Fires schedules that are due, each time exactly once, however many processes do so.
//
//   1. A process takes due schedules: for some seconds nobody else gets them.
//   2. The send of each goes through the intake, like any other, under an idempotency key made of schedule and time.
//   3. The schedule moves on to its next time, by compare-and-set.
//
// Who dies between 2 and 3 leaves a schedule that is taken again later; its send then finds its key taken, and only 3
// happens. A send that the intake refuses for good is told by the schedule (last_problem), which moves on; one that is
// refused for now (busy, database away) is tried again when its hold has run out.
//
// When several times have passed, the latest counts and the others are missed. If that one is late enough to be a
// misfire, the schedule's policy decides: it is fired all the same, it is missed too, or its notification waits for the
// same clock time of the next day (unless the rule fires then anyway).
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <vector>

#include "kit/log.h"
#include "ports/schedule_store.h"
#include "ports/time_zones.h"
#include "services/schedules/scheduled_send.h"
#include "services/tenants/directory.h"

namespace belfry {

class ScheduleFirings {
 public:
  ScheduleFirings(ScheduleStore& store, const TimeZones& zones, const ScheduledSend& send, const Clock& clock,
                  const Log& log, Duration misfire_after);

  /// Fires what is due. When to look again; nullopt: nothing waits. Waits for the commits. May throw StoreUnavailable.
  /// One thread.
  std::optional<TimePoint> fireDue();
  /// How late a firing counts as a misfire, from now on. Thread-safe.
  void apply(Duration misfire_after) { misfire_after_ = misfire_after; }

 private:
  struct Begun {
    ScheduleAdvance advance;
    std::future<Result<NotificationId, Problem>> sent;  // not valid: nothing was sent
    bool last = false;                                  // it ends with this notification
  };

  Begun begin(const Schedule& schedule, TimePoint now);
  /// nullopt: to be tried again.
  std::optional<ScheduleAdvance> finish(Begun begun);

  ScheduleStore& store_;
  const TimeZones& zones_;
  const ScheduledSend& send_;
  const Clock& clock_;
  const Log& log_;
  std::atomic<Duration> misfire_after_;
};

}  // namespace belfry
