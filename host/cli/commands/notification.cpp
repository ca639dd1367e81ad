#include "cli/commands/notification.h"

#include "cli/commands/notification_paths.h"
#include "cli/explanation_text.h"
#include "cli/host_call.h"
#include "cli/notification_text.h"
#include "cli/text_table.h"

namespace belfry::cli {
namespace {

int show(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.get(notificationPath(invocation.operand(0))),
            [&](const JsonValue& json) { printNotification(console.out, json); });
  return kSuccess;
}

int explain(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.get(notificationPath(invocation.operand(0)) + "/explain"),
            [&](const JsonValue& json) { printExplanation(console.out, json); });
  return kSuccess;
}

/// Channels of the deliveries: "email, push".
std::string channelsOf(const JsonValue& notification) {
  std::string text;
  const auto* deliveries = memberAt(notification, "deliveries");
  if (deliveries == nullptr || !deliveries->IsArray()) return "-";
  for (const auto& delivery : deliveries->GetArray())
    text += (text.empty() ? "" : ", ") + cellText(delivery, "channel");
  return text.empty() ? "-" : text;
}

void printList(std::ostream& out, const JsonValue& items) {
  TextTable table({"ID", "CREATED (UTC)", "STATUS", "PRIORITY", "CHANNELS", "RECIPIENT"});
  for (const auto& item : items.GetArray()) {
    table.add({cellText(item, "id"), cellText(item, "createdAt"), cellText(item, "status"), cellText(item, "priority"),
               channelsOf(item), cellText(item, "recipient")});
  }
  table.print(out);
}

int list(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  const auto target = withQuery(kNotifications, invocation,
                                {{"status", "status"},
                                 {"channel", "channel"},
                                 {"from", "from"},
                                 {"to", "to"},
                                 {"user", "userId"},
                                 {"limit", "limit"},
                                 {"cursor", "cursor"}});
  host.show(host.get(target), [&](const JsonValue& page) {
    printPage(console, page, [&](const JsonValue& items) { printList(console.out, items); });
  });
  return kSuccess;
}

int cancel(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.post(notificationPath(invocation.operand(0)) + "/cancel"),
            [&](const JsonValue& json) { printNotification(console.out, json); });
  return kSuccess;
}

std::string newTimeJson(const Invocation& invocation) {
  constexpr std::pair<const char*, const char*> kFields[] = {
      {"send-at", "sendAt"}, {"delay", "delay"}, {"send-at-local", "sendAtLocal"}, {"timezone", "timezone"}};
  JsonWriter json;
  json.object([&] {
    for (const auto& [option, field] : kFields)
      if (const auto text = invocation.find(option)) json.member(field, *text);
  });
  return json.take();
}

int reschedule(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.post(notificationPath(invocation.operand(0)) + "/reschedule", newTimeJson(invocation)),
            [&](const JsonValue& json) { printNotification(console.out, json); });
  return kSuccess;
}

std::vector<OptionSpec> listOptions() {
  std::vector<OptionSpec> options = {{"status", "STATUS", "Only those in this state, such as queued or failed"},
                                     {"channel", "CHANNEL", "Only those with a delivery on this channel"},
                                     {"from", "TIME", "Only those created then or later (RFC 3339)"},
                                     {"to", "TIME", "Only those created before (RFC 3339)"},
                                     {"user", "ID", "Only those to this user"}};
  for (const auto& option : pageOptions()) options.push_back(option);
  return options;
}

}  // namespace

std::vector<Command> notificationCommands() {
  const OperandSpec id{"ID", "the notification's id"};
  return {{.name = "explain",
           .summary = "Say why each delivery of a notification went as it did: decisions, attempts, receipts",
           .operands = {id},
           .examples = {"belfry explain 0193f0a4-7b1c-7c3e-9d52-4d0f6d1c2b3a"},
           .run = explain},
          {.name = "notification show",
           .summary = "Show a notification with the timeline of each delivery",
           .operands = {id},
           .examples = {"belfry notification show 0193f0a4-7b1c-7c3e-9d52-4d0f6d1c2b3a"},
           .run = show},
          {.name = "notification list",
           .summary = "List notifications, newest first",
           .options = listOptions(),
           .examples = {"belfry notification list --status failed --channel email --limit 20"},
           .run = list},
          {.name = "notification cancel",
           .summary = "Call off what has not been sent",
           .operands = {id},
           .examples = {"belfry notification cancel 0193f0a4-7b1c-7c3e-9d52-4d0f6d1c2b3a"},
           .run = cancel},
          {.name = "notification reschedule",
           .summary = "Give another time to what has not been sent",
           .operands = {id},
           .options = {{"send-at", "TIME", "When to send (RFC 3339)"},
                       {"delay", "DURATION", "Send after this time (ISO 8601), such as PT10M"},
                       {"send-at-local", "TIME", "When to send by the clocks of --timezone, such as 2026-12-01T09:00"},
                       {"timezone", "ZONE", "IANA zone, such as Europe/Madrid; default: the recipient's"}},
           .examples = {"belfry notification reschedule 0193f0a4-7b1c-7c3e-9d52-4d0f6d1c2b3a --delay P1D"},
           .run = reschedule}};
}

}  // namespace belfry::cli
