// What becomes of a scheduled delivery that is taken up late, because no host was there at its time.
//
// Judged once, when the first attempt is claimed: a retry is late for other reasons. What was not scheduled is never a
// misfire: its due time is the time that it was accepted at.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "model/delivery.h"
#include "ports/time_zones.h"

namespace belfry {

struct MisfireSettings {
  MisfirePolicy policy = MisfirePolicy::send;  ///< where the send says nothing
  Duration after = std::chrono::minutes(5);    ///< how late counts
  std::string timezone = "UTC";                ///< of deliveries whose zone nobody says
};

struct Misfire {
  MisfirePolicy policy;
  bool by_send;  ///< the send said so, else the setting
  TimePoint scheduled_at;
  Duration late;
  std::optional<TimePoint> deferred_to;  ///< with MisfirePolicy::defer
};

class Misfires {
 public:
  /// `zones` outlives this. A zone that is not known any more counts as UTC.
  Misfires(const TimeZones& zones, MisfireSettings settings);

  /// nullopt: the delivery is not late, or was not scheduled. Thread-safe, cheap for what is not late.
  std::optional<Misfire> judge(const ClaimedDelivery& claim, const LoadedNotification& loaded, TimePoint now) const;
  /// Deliveries that are claimed from now on are judged by these. Thread-safe.
  void apply(MisfireSettings settings);

 private:
  TimePoint nextDay(const NotificationRequest& request, const MisfireSettings& settings, TimePoint at,
                    TimePoint now) const;

  const TimeZones& zones_;
  std::atomic<std::shared_ptr<const MisfireSettings>> settings_;
};

/// The `detail` of the event that tells a misfire.
std::string toJson(const Misfire& misfire);

/// The settlement of a misfire that is not sent now: skipped, deferred, or expired where the deferred time comes too
/// late for it. `misfire.policy` is not `send`.
Settlement settleMisfire(const ClaimedDelivery& claim, const Misfire& misfire, std::optional<TimePoint> expires_at,
                         TimePoint now);

}  // namespace belfry
