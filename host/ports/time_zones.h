// Which instant a clock on the wall means, somewhere on earth.
#pragma once

#include <string>
#include <string_view>

#include "kit/local_time.h"

namespace belfry {

/// What becomes of a local time when clocks are moved.
enum class LocalKind {
  once,   ///< as nearly always
  never,  ///< clocks are moved forward over it (a gap)
  twice,  ///< clocks are moved back over it (an overlap)
};

struct LocalMoment {
  LocalKind kind = LocalKind::once;
  /// `once`: the instant; `twice`: the earlier of the two; `never`: the first instant after the gap. Never goes back
  /// while the local time goes forward.
  TimePoint at;
};

/// Thread-safe, immutable.
class TimeZone {
 public:
  virtual ~TimeZone() = default;
  virtual const std::string& name() const = 0;
  virtual LocalTime local(TimePoint at) const = 0;
  virtual LocalMoment resolve(LocalTime local) const = 0;
};

class TimeZones {
 public:
  virtual ~TimeZones() = default;
  /// The zone of an IANA name, spelt exactly; nullptr when there is none. Lives as long as this. Thread-safe.
  virtual const TimeZone* find(std::string_view name) const = 0;
};

/// What find() wants, for people.
inline constexpr std::string_view kZoneForm = "a zone of the IANA database, such as Europe/Madrid, or UTC";

}  // namespace belfry
