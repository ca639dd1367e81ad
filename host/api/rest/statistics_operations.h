// admin/statistics: what became of a tenant's deliveries, counted.
#pragma once

#include "api/rest/router.h"
#include "kit/time.h"
#include "ports/statistics_store.h"

namespace belfry {

/// Both must outlive the router.
void addStatisticsOperations(Router& router, StatisticsStore& store, const Clock& clock);

}  // namespace belfry
