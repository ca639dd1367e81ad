#include "cli/commands/provider.h"

#include "cli/commands/provider_body.h"
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

int create(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.post(kProviders, providerBodyJson(invocation.operand(0), invocation, console)),
            [&](const JsonValue& provider) { printObject(console.out, provider, kFacts); });
  return kSuccess;
}

int change(const Invocation& invocation, Console& console) {
  const auto body = providerBodyJson("", invocation, console);
  HostCall host(invocation, console);
  host.show(host.patch(kProviders + "/" + encoded(invocation.operand(0)), body),
            [&](const JsonValue& provider) { printObject(console.out, provider, kFacts); });
  return kSuccess;
}

int remove(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.remove(kProviders + "/" + encoded(invocation.operand(0))),
            [&](const JsonValue& provider) { printObject(console.out, provider, kFacts); });
  return kSuccess;
}

/// Fails when the provider's credentials or settings do, so that scripts see it.
int probe(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  bool works = false;
  host.show(host.post(kProviders + "/" + encoded(invocation.operand(0)) + "/probe"), [&](const JsonValue& found) {
    printObject(console.out, found,
                {{"outcome", "outcome"}, {"code", "code"}, {"detail", "detail"}, {"took (ms)", "durationMs"}});
    works = cellText(found, "outcome") == "accepted";
  });
  return works || host.asJson() ? kSuccess : kFailure;
}

std::vector<OptionSpec> changeOptions() {
  return {{"config", "JSON", "The plugin's settings, as text or @FILE; replaces them as a whole"},
          {"secret-env", "NAME=VARIABLE", "A secret's value from the environment", true},
          {"secret-file", "NAME=FILE", "A secret's value from a file", true},
          {"priority", "N", "Lower ones are tried first (1 to 1000)"},
          {"weight", "N", "Share among equals (0 to 1000)"},
          {"enabled", "BOOL", "true or false"},
          {"simulate", "BOOL", "true: nothing leaves, answers are made up"}};
}

std::vector<OptionSpec> createOptions() {
  std::vector<OptionSpec> options = {{"plugin", "ID", "The plugin; see `belfry plugin list`"},
                                     {"channel", "CHANNEL", "Needed when the plugin serves several"}};
  for (const auto& option : changeOptions()) options.push_back(option);
  return options;
}

}  // namespace

std::vector<Command> providerCommands() {
  return {
      {.name = "provider list",
       .summary = "List the tenant's provider instances",
       .options = pageOptions(),
       .examples = {"belfry provider list --tenant acme"},
       .run = list},
      {.name = "provider show",
       .summary = "Show one provider instance with its config and callback address; never its secrets",
       .operands = {{"ID", "the instance's id, as in the tenant's file"}},
       .examples = {"belfry provider show acme-smtp --tenant acme"},
       .run = show},
      {.name = "provider create",
       .summary = "Add a provider instance",
       .operands = {{"ID", "a name of its own within the tenant"}},
       .options = createOptions(),
       .examples =
           {"belfry provider create acme-sendgrid --plugin sendgrid --config '{\"from\":\"no-reply@acme.example\"}' "
            "--secret-env api_key=ACME_SENDGRID_KEY --tenant acme"},
       .run = create},
      {.name = "provider set",
       .summary = "Change a provider instance that the API made; what is not named stays",
       .operands = {{"ID", "the instance's id"}},
       .options = changeOptions(),
       .examples = {"belfry provider set acme-sendgrid --enabled false --tenant acme"},
       .run = change},
      {.name = "provider remove",
       .summary = "Remove a provider instance that the API made",
       .operands = {{"ID", "the instance's id"}},
       .examples = {"belfry provider remove acme-sendgrid --tenant acme"},
       .run = remove},
      {.name = "provider probe",
       .summary = "Try a provider's settings and credentials without sending",
       .operands = {{"ID", "the instance's id"}},
       .examples = {"belfry provider probe acme-sendgrid --tenant acme"},
       .run = probe}};
}

}  // namespace belfry::cli
