// belfry queue …: watching queues, pausing and draining them, and acting on many deliveries at once.
#pragma once

#include <vector>

#include "cli/command.h"

namespace belfry::cli {

std::vector<Command> queueCommands();

}  // namespace belfry::cli
