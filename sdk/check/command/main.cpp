// belfry-plugin-check: says whether a plugin can be trusted to behave, and how to mend it where not.
#include <charconv>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "check/checker.h"

namespace {

constexpr const char* kUsage =
    "usage: belfry-plugin-check [--json] [--vectors DIR [--accept]] [--only CHECKS] [--seed N] [--rounds N] PLUGIN.so\n"
    "       belfry-plugin-check --reproduce CHECK [--seed N] [--vectors DIR] PLUGIN.so\n"
    "\n"
    "Checks a Belfry plugin: its file, its manifest, what loading it does, its golden vectors, and how it behaves "
    "with\n"
    "hosts, configs, answers, callbacks and memory other than those of the vectors.\n"
    "  --json             print the report as JSON\n"
    "  --vectors DIR      run every *.json of DIR, and take configs and requests for the other checks from there\n"
    "  --accept           write what the plugin emits into these files as what is expected; read the diff before you "
    "commit it\n"
    "  --only CHECKS      only checks whose name begins so: operations, callbacks/forged\n"
    "  --seed N           of random inputs; 1 when absent\n"
    "  --rounds N         of each fuzz check, and operations of memory/flat; 2000 when absent\n"
    "  --reproduce CHECK  run one check in this process, for a debugger\n"
    "  --help             print this\n"
    "Each line says Pass, Fail, Crash, Skip or Warn. Exit code: 0 nothing failed, 1 something did, 2 wrong usage.\n";

struct Options {
  belfry::check::CheckRequest request;
  bool json = false;
  bool help = false;
};

template <class N>
bool parseNumber(std::string_view text, N& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

std::optional<Options> parseOptions(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--json") options.json = true;
    else if (argument == "--help") options.help = true;
    else if (argument == "--accept") options.request.accept = true;
    else if (argument == "--vectors" && i + 1 < argc) options.request.vectors = argv[++i];
    else if (argument == "--only" && i + 1 < argc) options.request.only = argv[++i];
    else if (argument == "--seed" && i + 1 < argc && parseNumber(argv[i + 1], options.request.seed)) ++i;
    else if (argument == "--rounds" && i + 1 < argc && parseNumber(argv[i + 1], options.request.rounds)) ++i;
    else if (argument == "--reproduce" && i + 1 < argc) options.request.only = argv[++i], options.request.here = true;
    else if (!argument.empty() && argument[0] != '-' && options.request.path.empty()) options.request.path = argument;
    else return std::nullopt;
  }
  if (options.request.accept && options.request.vectors.empty()) return std::nullopt;
  if (options.request.path.empty() && !options.help) return std::nullopt;
  return options;
}

}  // namespace

int main(int argc, char** argv) try {
  const auto options = parseOptions(argc, argv);
  if (!options) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  if (options->help) {
    std::fputs(kUsage, stdout);
    return 0;
  }
  const auto report = belfry::check::checkPlugin(options->request);
  const auto text = options->json ? toJson(report, options->request.path) : toText(report);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return report.passed() ? 0 : 1;
} catch (const std::exception& e) {
  std::fprintf(stderr, "belfry-plugin-check: %s\n", e.what());
  return 2;
}
