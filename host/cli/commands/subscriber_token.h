#pragma once

#include "cli/command.h"

namespace belfry::cli {

Command subscriberTokenCommand();

}  // namespace belfry::cli
