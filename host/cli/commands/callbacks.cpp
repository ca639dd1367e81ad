#include "cli/commands/callbacks.h"

#include "cli/failures.h"
#include "cli/host_call.h"
#include "cli/text_table.h"

namespace belfry::cli {
namespace {

const std::string kCallbacks = "/api/v1/admin/callbacks";

const std::vector<Column> kColumns = {{"ID", "id"},
                                      {"RECEIVED (UTC)", "receivedAt"},
                                      {"PROVIDER", "provider"},
                                      {"STATE", "state"},
                                      {"KEPT", "receipts.kept"},
                                      {"REFUSED", "receipts.refused"},
                                      {"PARKED", "receipts.parked"},
                                      {"REASON", "reason"}};
const std::vector<Column> kFacts = {{"id", "id"},
                                    {"received", "receivedAt"},
                                    {"provider", "provider"},
                                    {"plugin", "plugin"},
                                    {"state", "state"},
                                    {"reason", "reason"},
                                    {"detail", "detail"},
                                    {"receipts", "receipts.total"},
                                    {"kept", "receipts.kept"},
                                    {"refused", "receipts.refused"},
                                    {"parked", "receipts.parked"},
                                    {"attempts", "attempts"},
                                    {"processed", "processedAt"},
                                    {"method", "method"},
                                    {"url", "request.url"}};

const OptionSpec kState{"state", "STATE", "Only those in this state: received, processed, refused, parked or failed"};
const OptionSpec kProvider{"provider", "ID", "Only those of this provider instance"};
const OptionSpec kFrom{"from", "TIME", "Only those received at or after (RFC 3339)"};
const OptionSpec kTo{"to", "TIME", "Only those received before (RFC 3339)"};

int list(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.get(withQuery(kCallbacks, invocation,
                               {{"state", "state"},
                                {"provider", "provider"},
                                {"from", "from"},
                                {"to", "to"},
                                {"limit", "limit"},
                                {"cursor", "cursor"}})),
            [&](const JsonValue& page) {
              printPage(console, page, [&](const JsonValue& items) { printObjects(console.out, items, kColumns); });
            });
  return kSuccess;
}

void printRequest(Console& console, const JsonValue& callback) {
  printObject(console.out, callback, kFacts);
  const auto* headers = memberAt(callback, "request.headers");
  if (headers != nullptr && headers->IsArray()) {
    console.out << '\n';
    for (const auto& header : headers->GetArray())
      console.out << cellText(header, "name") << ": " << cellText(header, "value") << '\n';
  }
  console.out << '\n' << cellText(callback, "request.body") << '\n';
}

int show(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.get(kCallbacks + "/" + encoded(invocation.operand(0))),
            [&](const JsonValue& callback) { printRequest(console, callback); });
  return kSuccess;
}

std::string replayJson(const Invocation& invocation) {
  JsonWriter json;
  json.object([&] {
    for (const auto* name : {"state", "provider", "from", "to"})
      if (const auto value = invocation.find(name)) json.member(name, *value);
    if (const auto limit = invocation.integer("limit", 1, 10000)) json.member("limit", *limit);
    if (invocation.has("dry-run")) json.member("dryRun", true);
  });
  return json.take();
}

int replayMany(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.post(kCallbacks + "/replay", replayJson(invocation)), [&](const JsonValue& answer) {
    console.out << cellText(answer, "matched")
                << (invocation.has("dry-run") ? " callbacks would be processed again\n"
                                              : " callbacks are processed again\n");
  });
  return kSuccess;
}

int replay(const Invocation& invocation, Console& console) {
  const auto id = invocation.find("id");
  if (!id) return replayMany(invocation, console);
  for (const auto* other : {"state", "provider", "from", "to", "limit", "dry-run"})
    if (invocation.has(other)) throw UsageError("--id names one callback; --" + std::string(other) + " chooses many");
  HostCall host(invocation, console);
  host.show(host.post(kCallbacks + "/" + encoded(*id) + "/replay"),
            [&](const JsonValue& callback) { printObject(console.out, callback, kFacts); });
  return kSuccess;
}

std::vector<OptionSpec> listOptions() {
  std::vector<OptionSpec> options = {kState, kProvider, kFrom, kTo};
  for (const auto& option : pageOptions()) options.push_back(option);
  return options;
}

}  // namespace

std::vector<Command> callbackCommands() {
  return {{.name = "callbacks list",
           .summary = "List what providers called back, newest first",
           .options = listOptions(),
           .examples = {"belfry callbacks list --state failed --tenant acme"},
           .run = list},
          {.name = "callbacks show",
           .summary = "Show one callback with its request as it came",
           .operands = {{"ID", "the callback's id, as `belfry callbacks list` shows it"}},
           .examples = {"belfry callbacks show 0193f0a4-7b1c-7c3e-9d52-4d0f6d1c2b3a"},
           .run = show},
          {.name = "callbacks replay",
           .summary = "Process callbacks again; receipts that were applied before change nothing",
           .options = {{"id", "ID", "Only this one, and show how it ended"},
                       kState,
                       kProvider,
                       kFrom,
                       kTo,
                       {"limit", "N", "How many at most, 1 to 10000; default: 100"},
                       {"dry-run", "", "Only count them"}},
           .examples = {"belfry callbacks replay --id 0193f0a4-7b1c-7c3e-9d52-4d0f6d1c2b3a",
                        "belfry callbacks replay --state failed --provider acme-sendgrid --limit 1000"},
           .run = replay}};
}

}  // namespace belfry::cli
