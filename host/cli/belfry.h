// The program: finds the command, runs it, turns what went wrong into a line and an exit status.
#pragma once

#include <string>
#include <vector>

#include "cli/console.h"

namespace belfry::cli {

/// `words` are the arguments without the program's name. Returns the exit status. Throws nothing.
int runBelfry(const std::vector<std::string>& words, Console& console);

}  // namespace belfry::cli
