// belfry audit …: the record of who changed what.
#pragma once

#include <vector>

#include "cli/command.h"

namespace belfry::cli {

std::vector<Command> auditCommands();

}  // namespace belfry::cli
