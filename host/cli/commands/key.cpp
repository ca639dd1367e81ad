#include "cli/commands/key.h"

#include "cli/host_call.h"
#include "cli/text_table.h"

namespace belfry::cli {
namespace {

const std::string kKeys = "/api/v1/admin/keys";

const std::vector<Column> kColumns = {{"ID", "id"},
                                      {"NAME", "name"},
                                      {"PREFIX", "prefix"},
                                      {"ROLES", "roles"},
                                      {"SCOPES", "scopes"},
                                      {"EXPIRES (UTC)", "expiresAt"},
                                      {"REVOKED (UTC)", "revokedAt"},
                                      {"LAST USED (UTC)", "lastUsedAt"}};
const std::vector<Column> kFacts = {
    {"id", "id"},         {"name", "name"},         {"prefix", "prefix"},     {"roles", "roles"},
    {"scopes", "scopes"}, {"created", "createdAt"}, {"expires", "expiresAt"}, {"revoked", "revokedAt"}};

int list(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.get(withQuery(kKeys, invocation, {{"limit", "limit"}, {"cursor", "cursor"}})),
            [&](const JsonValue& page) {
              printPage(console, page, [&](const JsonValue& items) { printObjects(console.out, items, kColumns); });
            });
  return kSuccess;
}

void writeWords(JsonWriter& json, std::string_view member, const std::vector<std::string>& words) {
  if (words.empty()) return;
  json.memberArray(member, [&] {
    for (const auto& word : words) json.value(word);
  });
}

std::string newKeyJson(const Invocation& invocation) {
  JsonWriter json;
  json.object([&] {
    json.member("name", invocation.required("name"));
    invocation.required("role");
    writeWords(json, "roles", invocation.words("role"));
    writeWords(json, "scopes", invocation.words("scope"));
    if (const auto expires = invocation.find("expires")) json.member("expiresAt", *expires);
  });
  return json.take();
}

/// The key itself stands alone on its line: it is shown this once.
void printIssued(Console& console, const JsonValue& issued) {
  printObject(console.out, issued, kFacts);
  console.out << "\n" << cellText(issued, "key") << '\n';
  console.err << "Keep this key now; the host has only its hash and cannot show it again.\n";
}

int create(const Invocation& invocation, Console& console) {
  const auto body = newKeyJson(invocation);
  HostCall host(invocation, console);
  host.show(host.post(kKeys, body), [&](const JsonValue& issued) { printIssued(console, issued); });
  return kSuccess;
}

int revoke(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.post(kKeys + "/" + encoded(invocation.operand(0)) + "/revoke"),
            [&](const JsonValue& key) { printObject(console.out, key, kFacts); });
  return kSuccess;
}

}  // namespace

std::vector<Command> keyCommands() {
  return {
      {.name = "key list",
       .summary = "List the tenant's API keys, newest first; never the keys themselves",
       .options = pageOptions(),
       .examples = {"belfry key list --tenant acme"},
       .run = list},
      {.name = "key create",
       .summary = "Create an API key and print it, this once",
       .options = {{"name", "NAME", "What it is for"},
                   {"role", "ROLE", "What its holder is, such as notification-service; again for more", true},
                   {"scope", "SCOPE",
                    "Narrows the roles, such as notifications:send; again for more; default: all of the roles' scopes",
                    true},
                   {"expires", "TIME", "When it ends (RFC 3339); default: never"}},
       .examples = {"belfry key create --name shop --role notification-service",
                    "belfry key create --name mailer --role notification-service --scope notifications:send --expires "
                    "2027-01-01T00:00:00Z"},
       .run = create},
      {.name = "key revoke",
       .summary = "End an API key for good",
       .operands = {{"ID", "the key's id, as `belfry key list` shows it"}},
       .examples = {"belfry key revoke 0193f0a4-7b1c-7c3e-9d52-4d0f6d1c2b3a"},
       .run = revoke}};
}

}  // namespace belfry::cli
