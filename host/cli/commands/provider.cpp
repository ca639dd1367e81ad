#include "cli/commands/provider.h"

#include "cli/host_call.h"
#include "cli/text_table.h"

namespace belfry::cli {
namespace {

const std::string kProviders = "/api/v1/admin/providers";

const std::vector<Column> kColumns = {
    {"ID", "id"},           {"PLUGIN", "plugin"},       {"CHANNEL", "channel"}, {"PRIORITY", "priority"},
    {"ENABLED", "enabled"}, {"SIMULATED", "simulated"}, {"SOURCE", "source"},   {"PROBLEM", "problem"}};
const std::vector<Column> kFacts = {{"provider", "id"},          {"plugin", "plugin"}, {"channel", "channel"},
                                    {"priority", "priority"},    {"weight", "weight"}, {"enabled", "enabled"},
                                    {"simulated", "simulated"},  {"config", "config"}, {"secrets set", "secrets"},
                                    {"callback", "callbackUrl"}, {"source", "source"}, {"problem", "problem"}};

int list(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.get(withQuery(kProviders, invocation, {{"limit", "limit"}, {"cursor", "cursor"}})),
            [&](const JsonValue& page) {
              printPage(console, page, [&](const JsonValue& items) { printObjects(console.out, items, kColumns); });
            });
  return kSuccess;
}

int show(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.get(kProviders + "/" + encoded(invocation.operand(0))),
            [&](const JsonValue& provider) { printObject(console.out, provider, kFacts); });
  return kSuccess;
}

}  // namespace

std::vector<Command> providerCommands() {
  return {{.name = "provider list",
           .summary = "List the tenant's provider instances",
           .options = pageOptions(),
           .examples = {"belfry provider list --tenant acme"},
           .run = list},
          {.name = "provider show",
           .summary = "Show one provider instance with its config and callback address; never its secrets",
           .operands = {{"ID", "the instance's id, as in the tenant's file"}},
           .examples = {"belfry provider show acme-smtp --tenant acme"},
           .run = show}};
}

}  // namespace belfry::cli
