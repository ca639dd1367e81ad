// What is sent again and again, by a rule.
#pragma once

#include <optional>
#include <string>

#include "model/ids.h"
#include "model/vocabulary.h"

namespace belfry {

/// What its owner says of it.
struct ScheduleTerms {
  std::string name;
  std::string rule;      ///< cron's five fields, see CronRule
  std::string timezone;  ///< IANA: whose clocks the rule means
  MisfirePolicy misfire = MisfirePolicy::send;
  std::optional<TimePoint> starts_at;  ///< no firing before it
  std::optional<TimePoint> ends_at;    ///< no firing after it
  std::optional<int> most_firings;     ///< it ends with this many notifications
  std::string send_json;               ///< the body of the send that each firing is
};

struct Schedule {
  TenantId tenant;
  ScheduleId id;
  ScheduleTerms terms;
  ScheduleState state = ScheduleState::active;
  std::optional<TimePoint> next_at;        ///< set exactly while it is active
  int revision = 1;                        ///< how often it was changed, the first time counted
  int firings = 0;                         ///< notifications that came of it
  int missed = 0;                          ///< firings that were left out, by a misfire or because nobody was there
  std::optional<TimePoint> last_fired_at;  ///< the time by the rule, not that of the clock
  std::optional<NotificationId> last_notification;
  std::string last_problem;  ///< why the last firing was refused; empty: it was not
  std::string created_by;
  TimePoint created_at;
  TimePoint updated_at;
};

/// How one firing ended.
struct ScheduleAdvance {
  TenantId tenant;
  ScheduleId id;
  TimePoint was_due;                 ///< next_at and
  int revision = 0;                  ///< revision as they were taken: whoever changed it meanwhile is right
  std::optional<TimePoint> next_at;  ///< absent: it ends
  int missed = 0;
  std::optional<TimePoint> fired_at;           ///< absent: nothing was tried
  std::optional<NotificationId> notification;  ///< absent: refused, or nothing was tried
  std::string problem;
};

}  // namespace belfry
