// A parsed command line: which command, its options and operands.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace belfry::cli {

class Invocation {
 public:
  Invocation(std::map<std::string, std::vector<std::string>, std::less<>> options, std::vector<std::string> operands)
      : options_(std::move(options)), operands_(std::move(operands)) {}

  bool has(std::string_view option) const { return options_.find(option) != options_.end(); }
  /// The value of an option; of several the last.
  std::optional<std::string> find(std::string_view option) const;
  std::string textOr(std::string_view option, std::string fallback) const;
  /// Every value of a repeatable option, in order.
  std::vector<std::string> all(std::string_view option) const;
  /// The same for words, which commas may separate too.
  std::vector<std::string> words(std::string_view option) const;
  /// Throws UsageError when it is there and no integer in the range.
  std::optional<long> integer(std::string_view option, long least, long most) const;
  /// Throws UsageError when the option is absent.
  std::string required(std::string_view option) const;
  const std::string& operand(std::size_t index) const { return operands_.at(index); }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> options_;
  std::vector<std::string> operands_;
};

/// The options that every command has.
const std::vector<OptionSpec>& generalOptions();

/// `words` are the arguments behind the command's name. Options may stand anywhere, as `--name value` or
/// `--name=value`;
/// `--` ends them. With --help nothing is required. Throws UsageError.
Invocation parseInvocation(const Command& command, const std::vector<std::string>& words);

/// How many of `words` are general options (with their values) that stand before the command's name.
std::size_t countLeadingOptions(const std::vector<std::string>& words);

}  // namespace belfry::cli
