// belfry dlq …: deliveries that were given up: looking, replaying as they were or corrected, purging.
#pragma once

#include <vector>

#include "cli/command.h"

namespace belfry::cli {

std::vector<Command> deadLetterCommands();

}  // namespace belfry::cli
