#include "cli/commands/plugin.h"

#include "cli/host_call.h"
#include "cli/text_table.h"

namespace belfry::cli {
namespace {

const std::vector<Column> kColumns = {
    {"ID", "id"},           {"VERSION", "version"}, {"KIND", "kinds"},    {"CHANNELS", "channels"},
    {"ENGINES", "engines"}, {"FILE", "file"},       {"LOADED", "loaded"}, {"PROBLEM", "problem"}};

int list(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  const auto target = withQuery("/api/v1/admin/plugins", invocation, {{"limit", "limit"}, {"cursor", "cursor"}});
  host.show(host.get(target), [&](const JsonValue& page) {
    printPage(console, page, [&](const JsonValue& items) { printObjects(console.out, items, kColumns); });
  });
  return kSuccess;
}

}  // namespace

std::vector<Command> pluginCommands() {
  return {{.name = "plugin list",
           .summary = "List the host's plugins, and why one is not loaded",
           .options = pageOptions(),
           .examples = {"belfry plugin list", "belfry plugin list --json"},
           .notes = "With --json each plugin's manifest is there too.",
           .run = list}};
}

}  // namespace belfry::cli
