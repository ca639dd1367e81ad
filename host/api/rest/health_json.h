#pragma once

#include <string>

#include "api/rest/health_operations.h"

namespace belfry {

std::string healthJson(const Readiness& readiness);

}  // namespace belfry
