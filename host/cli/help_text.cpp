#include "cli/help_text.h"

#include <algorithm>
#include <string>

#include "cli/command_table.h"
#include "cli/invocation.h"

namespace belfry::cli {
namespace {

constexpr std::size_t kLineWidth = 100;

/// Text in lines of at most kLineWidth, each but the first behind `indent` blanks; `column` is where the first starts.
void printWrapped(std::ostream& out, std::string_view text, std::size_t indent, std::size_t column) {
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    if (column > indent && column + 1 + word.size() > kLineWidth) {
      out << '\n' << std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out << ' ';
      ++column;
    }
    out << word;
    column += word.size();
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  out << '\n';
}

void printEntry(std::ostream& out, const std::string& head, std::string_view doc, std::size_t width) {
  out << "  " << head << std::string(width - head.size() + 2, ' ');
  printWrapped(out, doc, width + 4, width + 4);
}

void printEntries(std::ostream& out, const std::vector<std::pair<std::string, std::string_view>>& entries) {
  std::size_t width = 0;
  for (const auto& [head, doc] : entries) width = std::max(width, head.size());
  for (const auto& [head, doc] : entries) printEntry(out, head, doc, width);
}

void printOptions(std::ostream& out, const char* title, const std::vector<OptionSpec>& options) {
  if (options.empty()) return;
  out << '\n' << title << '\n';
  std::vector<std::pair<std::string, std::string_view>> entries;
  for (const auto& option : options) entries.emplace_back(optionHead(option), option.doc);
  printEntries(out, entries);
}

void printCommandList(std::ostream& out, const std::vector<const Command*>& commands) {
  std::vector<std::pair<std::string, std::string_view>> entries;
  for (const auto* command : commands) entries.emplace_back(std::string(command->name), command->summary);
  printEntries(out, entries);
}

}  // namespace

std::string optionHead(const OptionSpec& option) {
  std::string head = "--" + std::string(option.name);
  return option.argument.empty() ? head : head + " " + std::string(option.argument);
}

std::string usageLine(const Command& command) {
  std::string line = "belfry " + std::string(command.name);
  for (const auto& operand : command.operands) line += " " + std::string(operand.name);
  return line + " [options]";
}

void printOverview(std::ostream& out) {
  out << "The operator's command line of Belfry.\n\nusage: belfry COMMAND [options]\n\ncommands\n";
  std::vector<const Command*> commands;
  for (const auto& command : allCommands()) commands.push_back(&command);
  printCommandList(out, commands);
  printOptions(out, "options of every command", generalOptions());
  out << "\n`belfry COMMAND --help` explains a command, `belfry --version` shows the version.\n"
         "Exit status: 0 success, 1 failure, 2 wrong usage.\n";
}

void printGroup(std::ostream& out, std::string_view group, const std::vector<const Command*>& commands) {
  out << "usage: belfry " << group << " COMMAND [options]\n\ncommands\n";
  printCommandList(out, commands);
  out << "\n`belfry " << group << " COMMAND --help` explains a command.\n";
}

void printCommand(std::ostream& out, const Command& command) {
  out << command.summary << ".\n\nusage: " << usageLine(command) << '\n';
  if (!command.operands.empty()) {
    out << "\narguments\n";
    std::vector<std::pair<std::string, std::string_view>> entries;
    for (const auto& operand : command.operands) entries.emplace_back(std::string(operand.name), operand.doc);
    printEntries(out, entries);
  }
  printOptions(out, "options", command.options);
  printOptions(out,
               command.local ? "options of every command (this one asks no host: it uses --json and --help only)"
                             : "options of every command",
               generalOptions());
  if (!command.notes.empty()) {
    out << '\n';
    printWrapped(out, command.notes, 0, 0);
  }
  if (command.examples.empty()) return;
  out << "\nexamples\n";
  for (const auto example : command.examples) out << "  " << example << '\n';
}

}  // namespace belfry::cli
