#pragma once

#include <vector>

#include "cli/command.h"

namespace belfry::cli {

/// `belfry dedup stats`, `show`, `extend`, `release`.
std::vector<Command> dedupCommands();

}  // namespace belfry::cli
