#include "services/intake/send_times.h"

namespace belfry {
namespace {

using FieldErrors = std::vector<FieldError>;

bool exists(const std::string& pointer, const std::string& zone, const TimeZones& zones, FieldErrors& errors) {
  if (zone.empty() || zones.find(zone) != nullptr) return true;
  errors.push_back(
      {pointer, FieldErrorCode::not_found, "there is no such time zone", shorten(zone), std::string(kZoneForm)});
  return false;
}

void refuseGap(LocalTime wanted, const TimeZone& zone, TimePoint after, FieldErrors& errors) {
  errors.push_back({"/sendAtLocal", FieldErrorCode::no_such_time,
                    "does not exist in " + zone.name() + ": the clocks there are moved forward over it",
                    formatLocalTime(wanted),
                    "a time before the gap, or from " + formatLocalTime(zone.local(after)) + " on"});
}

bool contradicts(const SendTimes& times, FieldErrors& errors) {
  if (!times.send_at_local || (!times.send_at && !times.delay)) return false;
  errors.push_back({"/sendAtLocal", FieldErrorCode::conflict,
                    times.send_at ? "contradicts sendAt" : "contradicts delay", formatLocalTime(*times.send_at_local),
                    "one of sendAt, delay and sendAtLocal"});
  return true;
}

}  // namespace

void resolveLocalTime(SendTimes& times, const HomeZones& homes, const TimeZones& zones, FieldErrors& errors) {
  const bool contradiction = contradicts(times, errors);
  const bool known = exists("/recipient/timezone", homes.recipient, zones, errors) &
                     exists("/timezone", times.timezone, zones, errors);
  if (!times.timezone.empty() && !times.send_at && !times.delay && !times.send_at_local) {
    errors.push_back({"/timezone", FieldErrorCode::conflict, "says where a time is meant, and there is none",
                      shorten(times.timezone), "together with sendAtLocal, sendAt or delay"});
  }
  if (!times.send_at_local || contradiction || !known) return;
  const auto& name = !times.timezone.empty()    ? times.timezone
                     : !homes.recipient.empty() ? homes.recipient
                                                : homes.setting;
  const auto* zone = zones.find(name);
  if (zone == nullptr) return;  // schedule.timezone was checked when the host started
  const auto moment = zone->resolve(*times.send_at_local);
  if (moment.kind == LocalKind::never) return refuseGap(*times.send_at_local, *zone, moment.at, errors);
  times.send_at = moment.at;
}

}  // namespace belfry
