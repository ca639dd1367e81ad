// Help for people at a terminal, made from the command table.
#pragma once

#include <ostream>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace belfry::cli {

/// Every command on a line.
void printOverview(std::ostream& out);
/// The commands of one group.
void printGroup(std::ostream& out, std::string_view group, const std::vector<const Command*>& commands);
void printCommand(std::ostream& out, const Command& command);

/// `belfry notification show ID [options]`
std::string usageLine(const Command& command);
/// `--data JSON|@FILE`
std::string optionHead(const OptionSpec& option);

}  // namespace belfry::cli
