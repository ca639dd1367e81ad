// belfry: the operator's command line.
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "adapters/plugins/loaded_plugin.h"
#include "cli/belfry.h"

int main(int argc, char** argv) {
  // `render` tries a plugin in a process of its own before it loads it: see adapters/plugins/trial.h.
  if (argc >= 3 && std::strcmp(argv[1], "--trial-load") == 0)
    return belfry::plugins::trialLoad({argv + 2, argv + argc});
  // A reader that left early, such as `head`, is a write error and not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  std::ios::sync_with_stdio(false);
  belfry::cli::Console console(std::cin, std::cout, std::cerr, [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
  });
  return belfry::cli::runBelfry({argv + 1, argv + argc}, console);
}
