#pragma once

#include <vector>

#include "cli/command.h"

namespace belfry::cli {

std::vector<Command> scheduleCommands();

}  // namespace belfry::cli
