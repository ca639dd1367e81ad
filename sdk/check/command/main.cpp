// belfry-plugin-check: says whether a plugin can be trusted to behave, and how to mend it where not.
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "check/checker.h"

namespace {

constexpr const char* kUsage =
    "usage: belfry-plugin-check [--json] [--vectors DIR [--accept]] PLUGIN.so\n"
    "\n"
    "Checks a Belfry plugin: its file, its manifest, what loading it does, and its golden vectors.\n"
    "  --json         print the report as JSON\n"
    "  --vectors DIR  also run every *.json of DIR against the plugin\n"
    "  --accept       write what the plugin emits into these files as what is expected; read the diff before you "
    "commit it\n"
    "  --help         print this\n"
    "Each line says Pass, Fail, Crash, Skip or Warn. Exit code: 0 nothing failed, 1 something did, 2 wrong usage.\n";

struct Options {
  belfry::check::CheckRequest request;
  bool json = false;
  bool help = false;
};

std::optional<Options> parseOptions(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--json") options.json = true;
    else if (argument == "--help") options.help = true;
    else if (argument == "--accept") options.request.accept = true;
    else if (argument == "--vectors" && i + 1 < argc) options.request.vectors = argv[++i];
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
