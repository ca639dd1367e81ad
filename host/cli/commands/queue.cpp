#include "cli/commands/queue.h"

#include "cli/failures.h"
#include "cli/host_call.h"
#include "cli/text_table.h"

namespace belfry::cli {
namespace {

const std::string kQueues = "/api/v1/admin/queues";

const std::vector<Column> kColumns = {{"CHANNEL", "channel"},
                                      {"PRIORITY", "priority"},
                                      {"WAITING", "waiting"},
                                      {"SCHEDULED", "scheduled"},
                                      {"DEFERRED", "deferred"},
                                      {"IN FLIGHT", "inFlight"},
                                      {"EXACT", "exact"},
                                      {"OLDEST (S)", "oldestAgeSeconds"},
                                      {"PER MINUTE", "settledPerMinute.last5"},
                                      {"SUCCESS", "successShare"},
                                      {"P95 (S)", "timeToSend.p95Seconds"},
                                      {"EMPTY IN (S)", "drainSeconds"},
                                      {"SLOTS", "recommendedSlots"},
                                      {"WORKERS", "recommendedWorkers"}};
const std::vector<Column> kPauseColumns = {{"SINCE (UTC)", "since"},
                                           {"CHANNEL", "channel"},
                                           {"PRIORITY", "priority"},
                                           {"PROVIDER", "provider"},
                                           {"DRAIN", "drain"},
                                           {"EMPTY", "empty"},
                                           {"BY", "by"},
                                           {"REASON", "reason"}};
const std::vector<Column> kPauseFacts = {
    {"id", "id"},       {"channel", "channel"}, {"priority", "priority"}, {"provider", "provider"},
    {"drain", "drain"}, {"by", "by"},           {"since", "since"},       {"reason", "reason"}};
const std::vector<Column> kOperationColumns = {
    {"ID", "id"},           {"STARTED (UTC)", "startedAt"}, {"ACTION", "action"}, {"STATE", "state"},
    {"CHANGED", "changed"}, {"LOOKED AT", "lookedAt"},      {"BY", "by"},         {"FILTER", "filter"}};
const std::vector<Column> kOperationFacts = {
    {"operation", "id"},  {"action", "action"}, {"filter", "filter"},      {"priority", "priority"},
    {"limit", "limit"},   {"state", "state"},   {"looked at", "lookedAt"}, {"changed", "changed"},
    {"reason", "reason"}, {"by", "by"},         {"started", "startedAt"},  {"finished", "finishedAt"}};

const OptionSpec kChannel{"channel", "CHANNEL", "Only this channel"};
const OptionSpec kPriority{"priority", "PRIORITY", "Only this priority: critical, high, medium or low"};
const OptionSpec kReason{"reason", "TEXT", "Why, for those who look later"};
const OptionSpec kWholeTenant{"all", "", "The whole tenant"};

int list(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.get(withQuery(kQueues, invocation, {{"channel", "channel"}, {"priority", "priority"}})),
            [&](const JsonValue& page) {
              printPage(console, page, [&](const JsonValue& items) { printObjects(console.out, items, kColumns); });
            });
  return kSuccess;
}

int pauses(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.get(kQueues + "/pauses"), [&](const JsonValue& page) {
    printPage(console, page, [&](const JsonValue& items) { printObjects(console.out, items, kPauseColumns); });
  });
  return kSuccess;
}

std::string scopeJson(const Invocation& invocation) {
  JsonWriter json;
  json.object([&] {
    for (const auto* name : {"channel", "priority", "provider", "reason"})
      if (const auto value = invocation.find(name)) json.member(name, *value);
    if (invocation.has("all")) json.member("all", true);
  });
  return json.take();
}

void requireScope(const Invocation& invocation) {
  for (const auto* name : {"channel", "priority", "provider", "all"})
    if (invocation.has(name)) return;
  throw UsageError("nothing says what is meant; allowed: --channel, --priority, --provider, or --all");
}

int hold(const std::string& path, const Invocation& invocation, Console& console) {
  requireScope(invocation);
  HostCall host(invocation, console);
  host.show(host.post(kQueues + path, scopeJson(invocation)),
            [&](const JsonValue& pause) { printObject(console.out, pause, kPauseFacts); });
  return kSuccess;
}

int pause(const Invocation& invocation, Console& console) { return hold("/pause", invocation, console); }

int drain(const Invocation& invocation, Console& console) { return hold("/drain", invocation, console); }

int resume(const Invocation& invocation, Console& console) {
  requireScope(invocation);
  HostCall host(invocation, console);
  host.show(host.post(kQueues + "/resume", scopeJson(invocation)), [&](const JsonValue& answer) {
    if (const auto* ended = memberAt(answer, "ended")) printObjects(console.out, *ended, kPauseColumns);
  });
  return kSuccess;
}

void writeFilter(JsonWriter& json, const Invocation& invocation) {
  constexpr std::pair<const char*, const char*> kFields[] = {
      {"channel", "channel"}, {"priority", "priority"}, {"state", "state"}, {"provider", "provider"},
      {"error", "errorCode"}, {"from", "from"},         {"to", "to"},       {"batch", "batchId"}};
  json.memberObject("filter", [&] {
    for (const auto& [option, field] : kFields)
      if (const auto value = invocation.find(option)) json.member(field, *value);
    if (invocation.has("all")) json.member("all", true);
    if (!invocation.has("notification")) return;
    json.memberArray("notificationIds", [&] {
      for (const auto& id : invocation.words("notification")) json.value(id);
    });
  });
}

std::string actionJson(const std::string& action, const Invocation& invocation) {
  JsonWriter json;
  json.object([&] {
    json.member("action", action);
    writeFilter(json, invocation);
    if (action == "change_priority") json.member("priority", invocation.required("to-priority"));
    if (const auto limit = invocation.integer("limit", 1, 1'000'000'000)) json.member("limit", *limit);
    if (invocation.has("dry-run")) json.member("dryRun", true);
  });
  return json.take();
}

void printSurvey(const JsonValue& survey, Console& console) {
  const auto* complete = memberAt(survey, "complete");
  const bool whole = complete == nullptr || !complete->IsBool() || complete->GetBool();
  console.out << (whole ? "" : "at least ") << cellText(survey, "matched")
              << " deliveries would be changed; nothing was\n";
  const auto* sample = memberAt(survey, "sample");
  if (sample == nullptr || !sample->IsArray()) return;
  for (const auto& id : sample->GetArray()) console.out << "  " << cellText(&id) << '\n';
}

int act(const std::string& action, const Invocation& invocation, Console& console) {
  const auto body = actionJson(action, invocation);
  HostCall host(invocation, console);
  host.show(host.post(kQueues + "/actions", body), [&](const JsonValue& answer) {
    if (invocation.has("dry-run")) return printSurvey(answer, console);
    printObject(console.out, answer, kOperationFacts);
    console.err << "it is done in the background: belfry queue operation " << cellText(answer, "id") << '\n';
  });
  return kSuccess;
}

int retryFailed(const Invocation& invocation, Console& console) { return act("retry_failed", invocation, console); }

int deleteWaiting(const Invocation& invocation, Console& console) { return act("delete_waiting", invocation, console); }

int changePriority(const Invocation& invocation, Console& console) {
  return act("change_priority", invocation, console);
}

int operation(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.get(kQueues + "/actions/" + encoded(invocation.operand(0))),
            [&](const JsonValue& found) { printObject(console.out, found, kOperationFacts); });
  return kSuccess;
}

int operations(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.get(withQuery(kQueues + "/actions", invocation, {{"limit", "limit"}, {"cursor", "cursor"}})),
            [&](const JsonValue& page) {
              printPage(console, page,
                        [&](const JsonValue& items) { printObjects(console.out, items, kOperationColumns); });
            });
  return kSuccess;
}

std::vector<OptionSpec> filterOptions(std::string_view state_doc) {
  return {kChannel,
          kPriority,
          {"state", "STATE", state_doc},
          {"provider", "ID", "Only those whose last attempt went to this provider instance"},
          {"error", "CODE", "Only those whose last error has this code"},
          {"from", "TIME", "Only those accepted at or after (RFC 3339)"},
          {"to", "TIME", "Only those accepted before (RFC 3339)"},
          {"batch", "ID", "Only those of this batch"},
          {"notification", "ID", "Only those of these notifications; commas or several times", true},
          {"all", "", "Every one, instead of a filter"},
          {"limit", "N", "Change at most so many"},
          {"dry-run", "", "Only count them and show a few"}};
}

std::vector<OptionSpec> changeOptions() {
  std::vector<OptionSpec> options = {{"to-priority", "PRIORITY", "What it becomes: critical, high, medium or low"}};
  for (const auto& option : filterOptions("Only those in this state: scheduled, queued or deferred"))
    options.push_back(option);
  return options;
}

std::vector<Command> holdingCommands() {
  const OptionSpec provider{"provider", "ID", "This provider instance, alone"};
  return {
      {.name = "queue list",
       .summary = "Show the tenant's queues: how long, how fast, how old, how many slots they need",
       .options = {kChannel, kPriority},
       .examples = {"belfry queue list --tenant acme"},
       .run = list},
      {.name = "queue pauses",
       .summary = "Show what is paused or drained, by whom and since when",
       .examples = {"belfry queue pauses --tenant acme"},
       .run = pauses},
      {.name = "queue pause",
       .summary = "Hold what waits: of a channel, a priority, a provider instance or the whole tenant",
       .options = {kChannel, kPriority, provider, kWholeTenant, kReason},
       .examples = {"belfry queue pause --channel email --priority low --reason 'relay is slow' --tenant acme",
                    "belfry queue pause --provider acme-sendgrid --tenant acme"},
       .notes = "What is in flight finishes. A provider instance that is paused is passed over; deliveries that only\n"
                "it could send wait, and no attempt of theirs is used up.",
       .run = pause},
      {.name = "queue drain",
       .summary = "Refuse sends while what waits is sent",
       .options = {kChannel, kWholeTenant, kReason},
       .examples = {"belfry queue drain --channel sms --reason 'number moves' --tenant acme"},
       .notes = "`belfry queue pauses` says when nothing is left.",
       .run = drain},
      {.name = "queue resume",
       .summary = "End a pause or drain of exactly this",
       .options = {kChannel, kPriority, provider, kWholeTenant},
       .examples = {"belfry queue resume --channel email --priority low --tenant acme"},
       .run = resume}};
}

std::vector<Command> actingCommands() {
  return {{.name = "queue retry-failed",
           .summary = "Queue again what failed",
           .options = filterOptions("`unknown` instead of `failed`: what may have been sent is sent again"),
           .examples = {"belfry queue retry-failed --channel email --error timeout --dry-run --tenant acme",
                        "belfry queue retry-failed --from 2026-12-01T00:00:00Z --tenant acme"},
           .run = retryFailed},
          {.name = "queue delete-waiting",
           .summary = "Call off what waits",
           .options = filterOptions("Only those in this state: scheduled, queued or deferred"),
           .examples = {"belfry queue delete-waiting --channel sms --priority low --dry-run --tenant acme"},
           .run = deleteWaiting},
          {.name = "queue change-priority",
           .summary = "Give what waits another priority",
           .options = changeOptions(),
           .examples = {"belfry queue change-priority --to-priority low --batch 0193f0a4-7b1c-7c3e-9d52-4d0f6d1c2b3a"},
           .run = changePriority},
          {.name = "queue operation",
           .summary = "Show how far a bulk action is",
           .operands = {{"ID", "the operation's id, as the action showed it"}},
           .examples = {"belfry queue operation 0193f0a4-7b1c-7c3e-9d52-4d0f6d1c2b3a --tenant acme"},
           .run = operation},
          {.name = "queue operations",
           .summary = "List bulk actions, newest first",
           .options = pageOptions(),
           .examples = {"belfry queue operations --tenant acme"},
           .run = operations}};
}

}  // namespace

std::vector<Command> queueCommands() {
  auto commands = holdingCommands();
  for (auto& command : actingCommands()) commands.push_back(std::move(command));
  return commands;
}

}  // namespace belfry::cli
