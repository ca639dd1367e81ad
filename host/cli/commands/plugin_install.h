// belfry plugin install, remove and check: on this machine, without asking a host.
#pragma once

#include <vector>

#include "cli/command.h"

namespace belfry::cli {

std::vector<Command> pluginInstallCommands();

}  // namespace belfry::cli
