#include "cli/invocation.h"

#include <algorithm>
#include <charconv>

#include "cli/failures.h"

namespace belfry::cli {
namespace {

const OptionSpec* findSpec(const std::vector<OptionSpec>& specs, std::string_view name) {
  auto found = std::find_if(specs.begin(), specs.end(), [&](const auto& spec) { return spec.name == name; });
  return found == specs.end() ? nullptr : &*found;
}

std::string allowedOptions(const Command& command) {
  std::string names;
  for (const auto* specs : {&command.options, &generalOptions()}) {
    for (const auto& spec : *specs) names += (names.empty() ? "--" : ", --") + std::string(spec.name);
  }
  return names;
}

/// `--name`, `--name=value` or `-h` taken apart.
struct OptionWord {
  std::string name;
  std::optional<std::string> value;

  explicit OptionWord(const std::string& word) {
    if (word == "-h") {
      name = "help";
      return;
    }
    const auto equals = word.find('=');
    name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    if (equals != std::string::npos) value = word.substr(equals + 1);
  }
};

/// A single dash is an operand: it means standard input.
bool isOption(const std::string& word) { return word == "-h" || (word.size() > 1 && word[0] == '-' && word != "--"); }

class Parser {
 public:
  Parser(const Command& command, const std::vector<std::string>& words) : command_(command), words_(words) {}

  Invocation parse() {
    while (next_ < words_.size()) takeWord(words_[next_++]);
    if (!options_.contains("help")) checkOperands();
    return {std::move(options_), std::move(operands_)};
  }

 private:
  void takeWord(const std::string& word) {
    if (!options_ended_ && word == "--") options_ended_ = true;
    else if (!options_ended_ && isOption(word)) takeOption(word);
    else operands_.push_back(word);
  }

  void takeOption(const std::string& word) {
    if (word != "-h" && !word.starts_with("--")) refuse(word, "is no option");
    OptionWord option(word);
    const auto* spec = findSpec(command_.options, option.name);
    if (spec == nullptr) spec = findSpec(generalOptions(), option.name);
    if (spec == nullptr) refuse(word, "is no option");
    auto& values = options_[option.name];
    if (!values.empty() && !spec->repeatable) throw UsageError("--" + option.name + ": is given twice; allowed: once");
    values.push_back(valueOf(*spec, std::move(option.value)));
  }

  std::string valueOf(const OptionSpec& spec, std::optional<std::string> attached) {
    const std::string name = "--" + std::string(spec.name);
    if (spec.argument.empty()) {
      if (attached) throw UsageError(name + ": takes no value, but '" + *attached + "' is given");
      return "";
    }
    if (attached) return std::move(*attached);
    if (next_ == words_.size()) throw UsageError(name + ": its value " + std::string(spec.argument) + " is missing");
    return words_[next_++];
  }

  void checkOperands() const {
    const auto wanted = command_.operands.size();
    if (operands_.size() > wanted) {
      throw UsageError("unexpected argument '" + operands_[wanted] + "'; allowed: " + describeOperands());
    }
    if (operands_.size() < wanted) {
      const auto& missing = command_.operands[operands_.size()];
      throw UsageError(std::string(missing.name) + " is missing: " + std::string(missing.doc));
    }
  }

  std::string describeOperands() const {
    std::string names;
    for (const auto& operand : command_.operands) names += (names.empty() ? "" : " ") + std::string(operand.name);
    return names.empty() ? "options only" : names;
  }

  [[noreturn]] void refuse(const std::string& word, const char* what) const {
    throw UsageError("'" + word + "' " + what + " of `belfry " + std::string(command_.name) +
                     "`; allowed: " + allowedOptions(command_));
  }

  const Command& command_;
  const std::vector<std::string>& words_;
  std::size_t next_ = 0;
  bool options_ended_ = false;
  std::map<std::string, std::vector<std::string>, std::less<>> options_;
  std::vector<std::string> operands_;
};

}  // namespace

const std::vector<OptionSpec>& generalOptions() {
  static const std::vector<OptionSpec> options = {
      {"server", "URL", "Where the host is; default: BELFRY_SERVER or http://127.0.0.1:8080"},
      {"key", "KEY", "API key or token; default: BELFRY_KEY, or the content of --key-file"},
      {"key-file", "FILE", "File that holds the key, such as admin.key; default: BELFRY_KEY_FILE"},
      {"tenant", "SLUG", "Tenant to act on, for the platform admin's key only; default: the host's tenant `default`"},
      {"ca-file", "FILE", "Certificates (PEM) to trust for https beside the system's; default: BELFRY_CA_FILE"},
      {"json", "", "Print the answer as JSON, as the API gave it"},
      {"help", "", "Show this text; -h for short"},
  };
  return options;
}

std::optional<std::string> Invocation::find(std::string_view option) const {
  const auto found = options_.find(option);
  if (found == options_.end()) return std::nullopt;
  return found->second.back();
}

std::string Invocation::textOr(std::string_view option, std::string fallback) const {
  return find(option).value_or(std::move(fallback));
}

std::vector<std::string> Invocation::all(std::string_view option) const {
  const auto found = options_.find(option);
  return found == options_.end() ? std::vector<std::string>() : found->second;
}

std::vector<std::string> Invocation::words(std::string_view option) const {
  std::vector<std::string> words;
  for (const auto& value : all(option)) {
    std::string_view rest = value;
    for (auto comma = rest.find(','); comma != rest.npos; comma = rest.find(',')) {
      words.emplace_back(rest.substr(0, comma));
      rest.remove_prefix(comma + 1);
    }
    words.emplace_back(rest);
  }
  return words;
}

std::optional<long> Invocation::integer(std::string_view option, long least, long most) const {
  const auto text = find(option);
  if (!text) return std::nullopt;
  long number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || number < least || number > most) {
    throw UsageError("--" + std::string(option) + ": '" + *text + "' is not allowed; allowed: an integer from " +
                     std::to_string(least) + " to " + std::to_string(most));
  }
  return number;
}

std::string Invocation::required(std::string_view option) const {
  auto text = find(option);
  if (!text) throw UsageError("--" + std::string(option) + " is missing");
  return std::move(*text);
}

Invocation parseInvocation(const Command& command, const std::vector<std::string>& words) {
  return Parser(command, words).parse();
}

std::size_t countLeadingOptions(const std::vector<std::string>& words) {
  std::size_t count = 0;
  while (count < words.size() && isOption(words[count])) {
    const OptionWord option(words[count]);
    const auto* spec = findSpec(generalOptions(), option.name);
    if (spec == nullptr) break;
    count += (spec->argument.empty() || option.value) ? 1 : 2;
  }
  return std::min(count, words.size());
}

}  // namespace belfry::cli
