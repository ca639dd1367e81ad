#pragma once

#include <string_view>

#include "model/tenant.h"

namespace belfry {

/// Where a row came from, as the API says it.
inline std::string_view toText(Source source) { return source == Source::file ? "file" : "api"; }

}  // namespace belfry
