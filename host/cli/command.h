// What a command of `belfry` is: a row of the command table, from which dispatch, --help and the reference page are
// made.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

namespace belfry::cli {

class Invocation;
class Console;

struct OptionSpec {
  std::string_view name;      ///< without the dashes
  std::string_view argument;  ///< what stands behind it, such as FILE; empty: a switch
  std::string_view doc;       ///< a sentence without its full stop
  bool repeatable = false;
};

struct OperandSpec {
  std::string_view name;  ///< such as ID
  std::string_view doc;
};

struct Command {
  std::string_view name;  ///< "send", "notification show"
  std::string_view summary;
  std::vector<OperandSpec> operands = {};  ///< all are required
  std::vector<OptionSpec> options = {};    ///< beside those that every command has
  std::vector<std::string_view> examples = {};
  std::string_view notes = {};  ///< paragraphs for the help; may be empty
  bool local = false;           ///< asks no host: --server, --key and --tenant are accepted and not used
  /// Returns an exit status. May throw UsageError and CommandFailed.
  std::function<int(const Invocation&, Console&)> run;
};

/// What scripts see.
enum ExitStatus { kSuccess = 0, kFailure = 1, kUsage = 2 };

}  // namespace belfry::cli
