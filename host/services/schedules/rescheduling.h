// Gives a notification that has not been sent yet another time.
#pragma once

#include <string>

#include "kit/result.h"
#include "model/caller.h"
#include "ports/notification_store.h"
#include "ports/time_zones.h"
#include "services/intake/send_times.h"

namespace belfry {

struct ReschedulingSettings {
  std::string timezone = "UTC";  ///< of local times whose zone nobody says
  std::chrono::hours most_ahead{24 * 366 * 10};
};

/// Thread-safe.
class Rescheduling {
 public:
  Rescheduling(NotificationStore& store, const TimeZones& zones, const Clock& clock, ReschedulingSettings settings)
      : store_(store), zones_(zones), clock_(clock), settings_(std::move(settings)) {}

  /// The deliveries that no worker holds get the new time, by compare-and-set; the notification as it is then.
  /// state_conflict when there is none. `times` says nothing of expiry. May throw StoreUnavailable.
  Result<NotificationView, Problem> reschedule(const Caller& caller, NotificationId id, SendTimes times);

 private:
  Result<TimePoint, Problem> dueAt(const NotificationView& view, SendTimes& times) const;

  NotificationStore& store_;
  const TimeZones& zones_;
  const Clock& clock_;
  const ReschedulingSettings settings_;
};

}  // namespace belfry
