// The body of a new or changed provider instance, made of options.
#pragma once

#include <string>

#include "cli/console.h"
#include "cli/invocation.h"

namespace belfry::cli {

/// JSON for POST and PATCH of admin/providers. `id`: of a new instance; empty for a change. Throws UsageError for an
/// option that is malformed or, of a change, when there is none.
std::string providerBodyJson(const std::string& id, const Invocation& invocation, const Console& console);

}  // namespace belfry::cli
