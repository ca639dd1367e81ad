// Runs a whole command line in this process, on strings.
#pragma once

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "cli/belfry.h"

namespace belfry::cli {

struct CommandRun {
  int status;
  std::string out;
  std::string err;
};

inline CommandRun runCommand(const std::vector<std::string>& words,
                             const std::map<std::string, std::string>& environment = {},
                             const std::string& input = "") {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  Console console(in, out, err, [&](const char* name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    return found == environment.end() ? std::nullopt : std::optional(found->second);
  });
  const int status = runBelfry(words, console);
  return {status, out.str(), err.str()};
}

}  // namespace belfry::cli
