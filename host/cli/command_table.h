// Every command, in the order of the help.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace belfry::cli {

const std::vector<Command>& allCommands();

/// The commands of a group, such as "notification"; empty when there is none of that name.
std::vector<const Command*> commandsOf(std::string_view group);

/// The command that `words` begin with, and how many words its name has; nullptr when there is none.
struct FoundCommand {
  const Command* command = nullptr;
  std::size_t words = 0;
};
FoundCommand findCommand(const std::vector<std::string>& words);

}  // namespace belfry::cli
