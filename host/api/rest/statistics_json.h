// Counted deliveries as JSON.
#pragma once

#include <string>

#include "services/statistics/statistics_summary.h"

namespace belfry {

std::string statisticsJson(const StatisticsQuery& asked, const Statistics& statistics);

}  // namespace belfry
