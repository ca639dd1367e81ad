// services/schedules: what is sent again and again.
#pragma once

#include "api/rest/router.h"
#include "ports/schedule_store.h"
#include "services/schedules/schedules.h"

namespace belfry {

/// Both must outlive the router.
void addScheduleOperations(Router& router, Schedules& schedules, ScheduleStore& store);

}  // namespace belfry
