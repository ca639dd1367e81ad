#include "cli/commands/feed.h"

#include "cli/failures.h"
#include "cli/host_call.h"
#include "cli/text_table.h"

namespace belfry::cli {
namespace {

const std::string kFeed = "/api/v1/admin/feed";

constexpr long kGreatestPosition = (1L << 53) - 1;
constexpr long kLongestWait = 30;

const std::vector<Column> kEventColumns = {
    {"POS", "pos"}, {"AT (UTC)", "at"},     {"TYPE", "type"},        {"DELIVERY", "deliveryId"},
    {"SEQ", "seq"}, {"ATTEMPT", "attempt"}, {"PROVIDER", "provider"}};
const std::vector<Column> kSinkColumns = {{"SINK", "sink"},
                                          {"POSITION", "position"},
                                          {"HEAD", "head"},
                                          {"LAG", "lag.events"},
                                          {"LAG (S)", "lag.seconds"},
                                          {"REWINDING TO", "rewindingTo"},
                                          {"UPDATED (UTC)", "updatedAt"}};

/// One page; where to go on.
long tailOnce(HostCall& host, Console& console, const std::string& query, std::size_t& seen) {
  const auto reply = host.get(kFeed + query);
  host.show(reply, [&](const JsonValue& page) {
    const auto* items = memberAt(page, "items");
    if (items != nullptr && items->IsArray() && !items->Empty()) printObjects(console.out, *items, kEventColumns);
  });
  console.out.flush();
  const auto page = parseJson(reply.body);
  const auto* items = page ? memberAt(*page, "items") : nullptr;
  const auto* after = page ? memberAt(*page, "nextAfter") : nullptr;
  if (items == nullptr || !items->IsArray() || after == nullptr || !after->IsInt64())
    throw CommandFailed("the host's answer has no items and nextAfter; is this the address of a Belfry host?");
  seen += items->Size();
  return after->GetInt64();
}

int tail(const Invocation& invocation, Console& console) {
  auto after = invocation.integer("after", 0, kGreatestPosition);
  const auto limit = invocation.integer("limit", 1, 200);
  const auto wait = invocation.integer("wait", 0, kLongestWait);
  const auto most = invocation.integer("count", 1, kGreatestPosition);
  HostCall host(invocation, console);
  std::size_t seen = 0;
  do {
    std::string query = "?waitSeconds=" + std::to_string(wait.value_or(invocation.has("follow") ? kLongestWait : 0));
    if (after) query += "&after=" + std::to_string(*after);
    if (limit) query += "&limit=" + std::to_string(*limit);
    after = tailOnce(host, console, query, seen);
  } while (invocation.has("follow") && (!most || seen < static_cast<std::size_t>(*most)));
  if (!host.asJson()) console.err << "more: --after " << *after << '\n';
  return kSuccess;
}

int sinks(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.get(kFeed + "/sinks"), [&](const JsonValue& page) {
    printPage(console, page, [&](const JsonValue& items) { printObjects(console.out, items, kSinkColumns); });
  });
  return kSuccess;
}

int replay(const Invocation& invocation, Console& console) {
  invocation.required("after");
  const auto after = invocation.integer("after", 0, kGreatestPosition);
  JsonWriter json;
  json.object([&] { json.member("after", *after); });
  HostCall host(invocation, console);
  host.show(host.post(kFeed + "/sinks/" + encoded(invocation.operand(0)) + "/replay", json.take()),
            [&](const JsonValue& sink) { printObject(console.out, sink, kSinkColumns); });
  return kSuccess;
}

}  // namespace

std::vector<Command> feedCommands() {
  return {
      {.name = "feed tail",
       .summary = "Show what happened to a tenant's deliveries, in order",
       .options = {{"after", "POS", "Only events after this position; default: from the first that is kept"},
                   {"limit", "N", "How many in one answer, 1 to 200; default: 50"},
                   {"wait", "SECONDS", "Wait for events when there are none, 0 to 30; default: 0, with --follow 30"},
                   {"follow", "", "Go on until interrupted"},
                   {"count", "N", "With --follow: end once this many were shown"}},
       .examples = {"belfry feed tail --follow --tenant acme", "belfry feed tail --after 1200 --wait 10 --json"},
       .run = tail},
      {.name = "feed sinks",
       .summary = "Show who reads the feed, and how far behind each is",
       .examples = {"belfry feed sinks"},
       .run = sinks},
      {.name = "feed replay",
       .summary = "Set a sink of the feed back, so that it does again what it did since",
       .operands = {{"SINK", "such as statistics"}},
       .options = {{"after", "POS", "The position to go back to: events after it are read again"}},
       .examples = {"belfry feed replay statistics --after 1200"},
       .run = replay}};
}

}  // namespace belfry::cli
