#pragma once

#include <vector>

#include "cli/command.h"

namespace belfry::cli {

std::vector<Command> templateCommands();

}  // namespace belfry::cli
