#include "cli/commands/audit.h"

#include "cli/host_call.h"
#include "cli/text_table.h"

namespace belfry::cli {
namespace {

const std::vector<Column> kColumns = {{"AT (UTC)", "at"},   {"ACTOR", "actor"},   {"ACTION", "action"},
                                      {"TARGET", "target"}, {"BEFORE", "before"}, {"AFTER", "after"}};

int list(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.get(withQuery(
                "/api/v1/admin/audit", invocation,
                {{"action", "action"}, {"from", "from"}, {"to", "to"}, {"limit", "limit"}, {"cursor", "cursor"}})),
            [&](const JsonValue& page) {
              printPage(console, page, [&](const JsonValue& items) { printObjects(console.out, items, kColumns); });
            });
  return kSuccess;
}

}  // namespace

std::vector<Command> auditCommands() {
  std::vector<OptionSpec> options = {{"action", "ACTION", "Only this action, such as queue.pause"},
                                     {"from", "TIME", "Only what was done at or after (RFC 3339)"},
                                     {"to", "TIME", "Only what was done before (RFC 3339)"}};
  for (const auto& option : pageOptions()) options.push_back(option);
  return {{.name = "audit list",
           .summary = "List who changed what, newest first",
           .options = std::move(options),
           .examples = {"belfry audit list --action queue.pause --tenant acme"},
           .run = list}};
}

}  // namespace belfry::cli
