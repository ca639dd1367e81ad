#include "cli/belfry.h"

#include "cli/command_table.h"
#include "cli/failures.h"
#include "cli/help_markdown.h"
#include "cli/help_text.h"
#include "cli/invocation.h"

namespace belfry::cli {
namespace {

using Words = std::vector<std::string>;

bool asksForHelp(const Words& words) {
  for (const auto& word : words) {
    if (word == "--help" || word == "-h") return true;
  }
  return false;
}

std::string groupNames() {
  std::string names;
  std::string_view last;
  for (const auto& command : allCommands()) {
    const auto group = command.name.substr(0, command.name.find(' '));
    if (group != last) names += (names.empty() ? "" : ", ") + std::string(group);
    last = group;
  }
  return names;
}

[[noreturn]] void refuseGroup(const std::string& group, const std::vector<const Command*>& commands,
                              const Words& words) {
  std::string names;
  for (const auto* command : commands)
    names += (names.empty() ? "" : ", ") + std::string(command->name.substr(group.size() + 1));
  if (words.size() < 2) throw UsageError("`belfry " + group + "` needs a command; allowed: " + names);
  throw UsageError("there is no command `belfry " + group + " " + words[1] + "`; allowed: " + names);
}

/// What is no command: a group alone, or a word that is not known.
int explain(const Words& words, bool help, Console& console) {
  const auto group = commandsOf(words[0]);
  if (group.empty()) throw UsageError("there is no command '" + words[0] + "'; allowed: " + groupNames() + ", help");
  if (!help) refuseGroup(words[0], group, words);
  printGroup(console.out, words[0], group);
  return kSuccess;
}

int help(const Words& words, Console& console) {
  if (words.empty()) {
    printOverview(console.out);
    return kSuccess;
  }
  if (words == Words{"--markdown"}) {
    printMarkdown(console.out);
    return kSuccess;
  }
  const auto found = findCommand(words);
  if (found.command == nullptr) return explain(words, true, console);
  printCommand(console.out, *found.command);
  return kSuccess;
}

/// Options of every command may stand before its name too.
Words nameFirst(const Words& words) {
  const auto leading = static_cast<std::ptrdiff_t>(countLeadingOptions(words));
  Words ordered(words.begin() + leading, words.end());
  const auto found = findCommand(ordered);
  if (found.command == nullptr && !ordered.empty()) return ordered;
  ordered.insert(ordered.begin() + static_cast<std::ptrdiff_t>(found.words), words.begin(), words.begin() + leading);
  return ordered;
}

int dispatch(const Words& given, Console& console) {
  if (given == Words{"--version"}) {
    console.out << "belfry " BELFRY_VERSION "\n";
    return kSuccess;
  }
  const auto words = nameFirst(given);
  if (words.empty() || words[0].starts_with('-')) {
    if (asksForHelp(words)) return help({}, console);
    printOverview(console.err);
    return kUsage;
  }
  if (words[0] == "help") return help({words.begin() + 1, words.end()}, console);
  const auto found = findCommand(words);
  if (found.command == nullptr) return explain(words, asksForHelp(words), console);
  const auto invocation =
      parseInvocation(*found.command, {words.begin() + static_cast<std::ptrdiff_t>(found.words), words.end()});
  if (!invocation.has("help")) return found.command->run(invocation, console);
  printCommand(console.out, *found.command);
  return kSuccess;
}

int guarded(const Words& words, Console& console) {
  try {
    return dispatch(words, console);
  } catch (const UsageError& error) {
    console.err << "belfry: " << error.what() << '\n';
    return kUsage;
  } catch (const CommandFailed& error) {
    if (*error.what() != '\0') console.err << "belfry: " << error.what() << '\n';
    return kFailure;
  } catch (const std::exception& error) {
    console.err << "belfry: " << error.what() << '\n';
    return kFailure;
  }
}

}  // namespace

int runBelfry(const Words& words, Console& console) {
  const int status = guarded(words, console);
  console.out.flush();
  if (console.out.good()) return status;
  console.err << "belfry: cannot write to standard output\n";
  return kFailure;
}

}  // namespace belfry::cli
