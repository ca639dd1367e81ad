// The body of a send, made of `belfry send`'s options.
#pragma once

#include <string>

#include "cli/console.h"
#include "cli/invocation.h"

namespace belfry::cli {

/// JSON for POST …/notifications/send. What only the host can judge is left to it. Throws UsageError for options that
/// contradict each other, an unknown channel, --data or --metadata that are no JSON.
std::string sendBodyJson(const Invocation& invocation, const Console& console);

}  // namespace belfry::cli
