#pragma once

#include <string_view>

#include "kit/result.h"
#include "model/problem.h"
#include "services/tenants/providers.h"

namespace belfry {

Result<ProviderWish, Problem> parseProviderWish(std::string_view body);
Result<ProviderChange, Problem> parseProviderChange(std::string_view body);

}  // namespace belfry
