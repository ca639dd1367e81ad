// services/notifications/{id}/reschedule.
#pragma once

#include "api/rest/router.h"
#include "services/schedules/rescheduling.h"

namespace belfry {

/// `rescheduling` must outlive the router.
void addRescheduleOperation(Router& router, Rescheduling& rescheduling);

}  // namespace belfry
