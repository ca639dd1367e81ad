#include "cli/commands/tenant.h"

#include "cli/host_call.h"
#include "cli/text_table.h"

namespace belfry::cli {
namespace {

const std::string kTenants = "/api/v1/admin/tenants";

const std::vector<Column> kColumns = {{"SLUG", "slug"}, {"NAME", "name"},     {"STATE", "state"},
                                      {"AUTH", "auth"}, {"SOURCE", "source"}, {"CREATED (UTC)", "createdAt"}};
const std::vector<Column> kFacts = {{"tenant", "slug"},      {"name", "name"}, {"id", "id"},
                                    {"state", "state"},      {"auth", "auth"}, {"source", "source"},
                                    {"created", "createdAt"}};

int list(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.get(withQuery(kTenants, invocation, {{"limit", "limit"}, {"cursor", "cursor"}})),
            [&](const JsonValue& page) {
              printPage(console, page, [&](const JsonValue& items) { printObjects(console.out, items, kColumns); });
            });
  return kSuccess;
}

int show(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.get(kTenants + "/" + encoded(invocation.operand(0))),
            [&](const JsonValue& tenant) { printObject(console.out, tenant, kFacts); });
  return kSuccess;
}

std::string newTenantJson(const Invocation& invocation) {
  JsonWriter json;
  json.object([&] {
    json.member("slug", invocation.operand(0));
    if (const auto name = invocation.find("name")) json.member("name", *name);
    if (!invocation.has("auth")) return;
    json.memberArray("auth", [&] {
      for (const auto& plugin : invocation.words("auth")) json.value(plugin);
    });
  });
  return json.take();
}

int create(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.post(kTenants, newTenantJson(invocation)),
            [&](const JsonValue& tenant) { printObject(console.out, tenant, kFacts); });
  return kSuccess;
}

}  // namespace

std::vector<Command> tenantCommands() {
  const OperandSpec slug{"SLUG", "the tenant's short name"};
  return {{.name = "tenant list",
           .summary = "List the tenants that the key may see",
           .options = pageOptions(),
           .examples = {"belfry tenant list --key-file data/admin.key"},
           .run = list},
          {.name = "tenant show",
           .summary = "Show one tenant",
           .operands = {slug},
           .examples = {"belfry tenant show acme"},
           .run = show},
          {.name = "tenant create",
           .summary = "Create a tenant; for the platform admin",
           .operands = {slug},
           .options = {{"name", "NAME", "Its name for people; default: the slug"},
                       {"auth", "PLUGIN", "Auth plugin that its callers use; again for more; default: apikey", true}},
           .examples = {"belfry tenant create acme --name 'Acme Ltd'"},
           .run = create}};
}

}  // namespace belfry::cli
