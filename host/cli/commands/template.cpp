#include "cli/commands/template.h"

#include "cli/commands/template_body.h"
#include "cli/failures.h"
#include "cli/host_call.h"
#include "cli/template_text.h"
#include "cli/text_table.h"

namespace belfry::cli {
namespace {

const std::string kTemplates = "/api/v1/admin/templates";

std::string pathOf(const std::string& key) { return kTemplates + "/" + encoded(key); }

const std::vector<Column> kColumns = {{"KEY", "key"},
                                      {"ENGINE", "engine"},
                                      {"PUBLISHED", "publishedVersion"},
                                      {"LANGUAGE", "defaultLanguage"},
                                      {"SOURCE", "source"},
                                      {"UPDATED (UTC)", "updatedAt"},
                                      {"DESCRIPTION", "description"}};

int list(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.get(withQuery(kTemplates, invocation, {{"limit", "limit"}, {"cursor", "cursor"}})),
            [&](const JsonValue& page) {
              printPage(console, page, [&](const JsonValue& items) { printObjects(console.out, items, kColumns); });
            });
  return kSuccess;
}

void showTemplate(HostCall& host, Console& console, const ApiReply& reply) {
  host.show(reply, [&](const JsonValue& found) { printTemplate(console.out, found); });
}

int show(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  showTemplate(host, console, host.get(pathOf(invocation.operand(0))));
  return kSuccess;
}

/// The number of the newest version in a template's answer.
long newestVersion(const ApiReply& reply) {
  long newest = 0;
  const auto json = parseJson(reply.body);
  const auto* versions = json ? memberAt(*json, "versions") : nullptr;
  if (versions == nullptr || !versions->IsArray()) return newest;
  for (const auto& version : versions->GetArray()) {
    const auto* number = memberAt(version, "version");
    if (number != nullptr && number->IsInt()) newest = std::max<long>(newest, number->GetInt());
  }
  return newest;
}

ApiReply publishVersion(HostCall& host, const std::string& key, long version) {
  JsonWriter json;
  json.object([&] { json.member("version", version); });
  return host.post(pathOf(key) + "/publish", json.take());
}

/// Stores a draft, and publishes it when that is wanted.
int store(const Invocation& invocation, Console& console, const std::string& target, const TemplateBody& body) {
  HostCall host(invocation, console);
  auto reply = host.post(target, body.json);
  if (invocation.has("publish")) reply = publishVersion(host, body.key, newestVersion(reply));
  showTemplate(host, console, reply);
  return kSuccess;
}

int create(const Invocation& invocation, Console& console) {
  return store(invocation, console, kTemplates, newTemplateBody(invocation));
}

int revise(const Invocation& invocation, Console& console) {
  const auto body = nextVersionBody(invocation);
  return store(invocation, console, pathOf(body.key) + "/versions", body);
}

int publish(const Invocation& invocation, Console& console) {
  const auto wanted = invocation.integer("version", 1, 2147483647);
  const auto& key = invocation.operand(0);
  HostCall host(invocation, console);
  const auto version = wanted ? *wanted : newestVersion(host.get(pathOf(key)));
  if (version == 0) throw CommandFailed("template '" + key + "' has no version");
  showTemplate(host, console, publishVersion(host, key, version));
  return kSuccess;
}

std::vector<OptionSpec> fileOptions() {
  return {{"file", "FILE", "The template, in the form of config/templates/*.yaml (YAML or JSON)"},
          {"template-key", "KEY", "The template's key; default: that of the file"},
          {"publish", "", "Publish it at once; else it is a draft"}};
}

}  // namespace

std::vector<Command> templateCommands() {
  const OperandSpec key{"KEY", "the template's key"};
  return {{.name = "template list",
           .summary = "List the tenant's templates",
           .options = pageOptions(),
           .examples = {"belfry template list"},
           .run = list},
          {.name = "template show",
           .summary = "Show a template with its versions",
           .operands = {key},
           .examples = {"belfry template show order-confirmed"},
           .run = show},
          {.name = "template create",
           .summary = "Create a template from a file, as a draft",
           .options = fileOptions(),
           .examples = {"belfry template create --template-key welcome --file welcome.yaml --publish"},
           .run = create},
          {.name = "template revise",
           .summary = "Add the next version of a template from a file, as a draft",
           .options = fileOptions(),
           .examples = {"belfry template revise --file welcome.yaml"},
           .run = revise},
          {.name = "template publish",
           .summary = "Make a version the one that is sent",
           .operands = {key},
           .options = {{"version", "N", "Which one; default: the newest"}},
           .examples = {"belfry template publish welcome --version 2"},
           .run = publish}};
}

}  // namespace belfry::cli
