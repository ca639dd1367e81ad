#include "cli/commands/dedup.h"

#include "cli/failures.h"
#include "cli/host_call.h"
#include "cli/text_table.h"

namespace belfry::cli {
namespace {

const std::string kDedup = "/api/v1/admin/dedup";

const std::vector<Column> kKeyColumns = {{"ID", "id"},
                                         {"CHANNEL", "channel"},
                                         {"KEY", "source"},
                                         {"HELD BY", "notificationId"},
                                         {"TEMPLATE", "template"},
                                         {"DOUBLES", "doubles"},
                                         {"EXPIRES (UTC)", "expiresAt"}};
const std::vector<Column> kTotals = {{"from", "from"},
                                     {"to", "to"},
                                     {"sends", "sends"},
                                     {"doubles", "doubles"},
                                     {"rate", "rate"},
                                     {"live keys", "liveKeys"},
                                     {"expiring soon", "expiringSoon"}};

const OptionSpec kById{"id", "ID", "The key by its id, as `belfry explain` shows it for a double"};
const OptionSpec kChannel{"channel", "CHANNEL", "On this channel only"};

/// One key, or (`or_expiring`) those that expire soon.
void requireOneName(const Invocation& invocation, bool or_expiring = false) {
  const int given = (invocation.has("key-text") ? 1 : 0) + (invocation.has("id") ? 1 : 0) +
                    (or_expiring && invocation.has("expiring-within") ? 1 : 0);
  if (given == 1) return;
  throw UsageError(or_expiring ? "one of --key-text, --id and --expiring-within is needed"
                               : "one of --key-text and --id is needed");
}

const OptionSpec kByText{"key-text", "TEXT", "The key as the sender gave it"};

void printKeys(Console& console, const JsonValue& answer) {
  if (const auto* items = memberAt(answer, "items")) printObjects(console.out, *items, kKeyColumns);
}

int show(const Invocation& invocation, Console& console) {
  requireOneName(invocation, true);
  HostCall host(invocation, console);
  host.show(host.get(withQuery(kDedup + "/keys", invocation,
                               {{"key-text", "key"},
                                {"id", "id"},
                                {"channel", "channel"},
                                {"expiring-within", "expiringWithin"},
                                {"limit", "limit"}})),
            [&](const JsonValue& answer) { printKeys(console, answer); });
  return kSuccess;
}

std::string extensionJson(const Invocation& invocation) {
  JsonWriter json;
  json.object([&] {
    if (const auto key = invocation.find("key-text")) json.member("key", *key);
    if (const auto id = invocation.find("id")) json.member("id", *id);
    if (const auto channel = invocation.find("channel")) json.member("channel", *channel);
    json.member("by", invocation.required("by"));
  });
  return json.take();
}

int extend(const Invocation& invocation, Console& console) {
  requireOneName(invocation);
  HostCall host(invocation, console);
  host.show(host.post(kDedup + "/keys/extend", extensionJson(invocation)),
            [&](const JsonValue& answer) { printKeys(console, answer); });
  return kSuccess;
}

int release(const Invocation& invocation, Console& console) {
  requireOneName(invocation);
  HostCall host(invocation, console);
  host.show(
      host.remove(withQuery(kDedup + "/keys", invocation, {{"key-text", "key"}, {"id", "id"}, {"channel", "channel"}})),
      [&](const JsonValue& answer) { console.out << cellText(answer, "released") << " released\n"; });
  return kSuccess;
}

void printSums(Console& console, const JsonValue& answer, const char* list, const char* head, const char* member) {
  const auto* sums = memberAt(answer, list);
  if (sums == nullptr || !sums->IsArray() || sums->Empty()) return;
  console.out << '\n';
  printObjects(console.out, *sums, {{head, member}, {"SENDS", "sends"}, {"DOUBLES", "doubles"}, {"RATE", "rate"}});
}

int stats(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.get(withQuery(kDedup + "/statistics", invocation, {{"from", "from"}, {"to", "to"}})),
            [&](const JsonValue& answer) {
              printObject(console.out, answer, kTotals);
              printSums(console, answer, "channels", "CHANNEL", "channel");
              printSums(console, answer, "templates", "TEMPLATE", "template");
              printSums(console, answer, "days", "DAY", "day");
            });
  return kSuccess;
}

}  // namespace

std::vector<Command> dedupCommands() {
  return {{.name = "dedup stats",
           .summary = "Show how many sends were doubles: by channel, template and day",
           .options = {{"from", "TIME", "First day (RFC 3339); default: 30 days before the last"},
                       {"to", "TIME", "Last day (RFC 3339); default: today"}},
           .examples = {"belfry dedup stats --tenant acme"},
           .run = stats},
          {.name = "dedup show",
           .summary = "Show a deduplication key, or those that expire soon",
           .options = {kByText,
                       kById,
                       kChannel,
                       {"expiring-within", "DURATION", "Those that expire within this time (ISO 8601), soonest first"},
                       {"limit", "N", "How many at most, 1 to 200; default: 50"}},
           .examples = {"belfry dedup show --key-text booking-7-confirmed --tenant acme",
                        "belfry dedup show --expiring-within PT1H --tenant acme"},
           .run = show},
          {.name = "dedup extend",
           .summary = "Hold a deduplication key longer",
           .options = {kByText, kById, kChannel, {"by", "DURATION", "How much longer (ISO 8601, e.g. PT12H)"}},
           .examples = {"belfry dedup extend --key-text booking-7-confirmed --by PT12H --tenant acme"},
           .run = extend},
          {.name = "dedup release",
           .summary = "Free a deduplication key, so that the same may be sent again",
           .options = {kByText, kById, kChannel},
           .examples = {"belfry dedup release --key-text booking-7-confirmed --tenant acme"},
           .run = release}};
}

}  // namespace belfry::cli
