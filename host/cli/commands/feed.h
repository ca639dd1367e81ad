// belfry feed …: what happens to deliveries, in order, and who has read how far.
#pragma once

#include <vector>

#include "cli/command.h"

namespace belfry::cli {

std::vector<Command> feedCommands();

}  // namespace belfry::cli
