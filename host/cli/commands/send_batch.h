// `belfry send --batch FILE`: many notifications from a file, in chunks, going on where it stopped after a break.
#pragma once

#include "cli/command.h"

namespace belfry::cli {

/// Throws UsageError for options that say what a single send is, CommandFailed when a notification was rejected.
int sendBatch(const Invocation& invocation, Console& console);

std::vector<Command> batchCommands();

}  // namespace belfry::cli
