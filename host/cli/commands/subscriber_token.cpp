#include "cli/commands/subscriber_token.h"

#include "cli/host_call.h"
#include "cli/text_table.h"

namespace belfry::cli {
namespace {

std::string wishJson(const Invocation& invocation) {
  JsonWriter json;
  json.object([&] {
    json.member("userId", invocation.required("user"));
    if (const auto type = invocation.find("user-type")) json.member("userType", *type);
    if (const auto ttl = invocation.find("ttl")) json.member("ttl", *ttl);
  });
  return json.take();
}

/// The token stands alone on its line, for `$(…)`; when it ends is told beside it.
int issue(const Invocation& invocation, Console& console) {
  const auto body = wishJson(invocation);
  HostCall host(invocation, console);
  host.show(host.post("/api/v1/services/subscriber-tokens", body), [&](const JsonValue& issued) {
    console.out << cellText(issued, "token") << '\n';
    console.err << "Valid until " << cellText(issued, "expiresAt") << " (UTC).\n";
  });
  return kSuccess;
}

}  // namespace

Command subscriberTokenCommand() {
  return {.name = "subscriber-token",
          .summary = "Issue a token by which an end user reaches what is the user's own",
          .options = {{"user", "ID", "The user's id"},
                      {"user-type", "TYPE", "Who the user is, such as customer"},
                      {"ttl", "DURATION", "How long it is valid, PT5M to PT24H; default: PT1H"}},
          .examples = {"belfry subscriber-token --user user_001 --tenant acme",
                       "belfry subscriber-token --user user_001 --ttl PT24H"},
          .run = issue};
}

}  // namespace belfry::cli
