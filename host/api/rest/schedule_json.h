// Recurring schedules, in and out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kit/json.h"
#include "kit/result.h"
#include "model/problem.h"
#include "services/schedules/schedules.h"

namespace belfry {

/// `{name, rule, timezone, startsAt, endsAt, count, misfire, send}`. Of `send` only that it is an object is looked at.
Result<ScheduleWish, Problem> parseScheduleWish(std::string_view body);

/// How `send` is read, in every form that a send may have.
SendBody sendBody();

/// Of the send only what it is, with addresses masked.
void writeSchedule(JsonWriter& json, const Schedule& schedule);
/// With its next times.
std::string scheduleJson(const Schedule& schedule, const std::vector<TimePoint>& upcoming);

}  // namespace belfry
