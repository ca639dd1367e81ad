// How a zone's clocks go on after the last change that tzdata lists.
//
// A file of tzdata lists changes up to 2037 and ends with a rule in the form of POSIX's TZ, such as
// `CET-1CEST,M3.5.0,M10.5.0/3`, for all that comes after (RFC 8536 §3.3). date-tz 3.0.1 reads the list and forgets the
// rule: Madrid would have no summer time from 2038 on, and with files of the "slim" form none at all. Its own reader of
// such rules (date/ptz.h) does not compile as C++20.
#pragma once

#include <optional>
#include <string_view>

#include "ports/time_zones.h"

namespace belfry::datetz {

class StandingRule {
 public:
  /// RFC 8536 §3.3.1: POSIX's form, with hours from -167 to 167; days by month, week and weekday only, as all of
  /// tzdata.
  static std::optional<StandingRule> parse(std::string_view text);

  std::chrono::seconds offset(TimePoint at) const;
  LocalMoment resolve(LocalTime local) const;

 private:
  /// The last (5) or an earlier weekday of a month, and a time of it, which may lie on another day.
  struct Change {
    unsigned month = 0;
    unsigned week = 0;
    unsigned weekday = 0;
    std::chrono::seconds time{};
  };
  friend class RuleReader;

  /// When summer time begins or ends in a year.
  TimePoint begins(std::chrono::year year) const;
  TimePoint ends(std::chrono::year year) const;
  static LocalTime dayOf(const Change& change, std::chrono::year year);

  std::chrono::seconds standard_{};
  std::optional<std::chrono::seconds> summer_;  // absent: the clocks are never moved
  Change begin_;
  Change end_;
};

}  // namespace belfry::datetz
