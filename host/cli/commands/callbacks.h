// belfry callbacks …: what providers called back, and processing it again.
#pragma once

#include <vector>

#include "cli/command.h"

namespace belfry::cli {

std::vector<Command> callbackCommands();

}  // namespace belfry::cli
