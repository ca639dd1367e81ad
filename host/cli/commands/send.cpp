#include "cli/commands/send.h"

#include <algorithm>
#include <thread>

#include "cli/commands/notification_paths.h"
#include "cli/commands/send_batch.h"
#include "cli/commands/send_body.h"
#include "cli/failures.h"
#include "cli/final_wait.h"
#include "cli/host_call.h"
#include "cli/notification_text.h"
#include "cli/text_table.h"

namespace belfry::cli {
namespace {

constexpr long kDefaultTimeoutS = 60;
constexpr long kMostTimeoutS = 86'400;

ApiHeaders idempotencyHeader(const Invocation& invocation) {
  const auto key = invocation.find("idempotency-key");
  if (!key) return {};
  const bool visible = std::all_of(key->begin(), key->end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (!visible || key->empty() || key->size() > 255) {
    throw UsageError("--idempotency-key: '" + printable(*key) +
                     "' is not allowed; allowed: 1 to 255 visible ASCII characters");
  }
  return {{"Idempotency-Key", *key}};
}

std::string idOf(const ApiReply& accepted) {
  const auto json = parseJson(accepted.body);
  const auto* id = json ? memberAt(*json, "id") : nullptr;
  if (id == nullptr || !id->IsString())
    throw CommandFailed("the host's answer to the send has no id; is this the address of a Belfry host?");
  return std::string(asView(*id));
}

WaitEnd waitFor(const std::string& id, HostCall& host, Console& console, long timeout_s) {
  const FinalWait wait{[&] { return host.fetch(notificationPath(id)); },
                       [] { return std::chrono::steady_clock::now(); },
                       [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); },
                       [&](const std::string& reason) { console.err << "belfry: still waiting: " << reason << '\n'; }};
  return waitUntilFinal(wait, std::chrono::seconds(timeout_s));
}

int showEnd(const WaitEnd& end, const std::string& id, HostCall& host, Console& console, long timeout_s) {
  if (!end.reply.ok()) host.refuse(end.reply);
  bool sent = false;
  if (const auto json = parseJson(end.reply.body)) sent = allSent(*json);
  host.show(end.reply, [&](const JsonValue& notification) {
    console.out << '\n';
    printNotification(console.out, notification);
  });
  if (!end.complete) {
    throw CommandFailed("not every delivery is final after " + std::to_string(timeout_s) +
                        " s; look again with: belfry notification show " + id);
  }
  if (!sent) throw CommandFailed("not every delivery was sent");
  return kSuccess;
}

int send(const Invocation& invocation, Console& console) {
  if (invocation.has("batch")) return sendBatch(invocation, console);
  const auto timeout_s = invocation.integer("timeout", 1, kMostTimeoutS).value_or(kDefaultTimeoutS);
  const auto body = sendBodyJson(invocation, console);
  HostCall host(invocation, console);
  const auto accepted = host.post(kNotifications + "/send", body, idempotencyHeader(invocation));
  if (accepted.replayed) console.err << "this idempotency key was used before: the answer is that send's\n";
  const bool wait = invocation.has("wait");
  if (!(wait && host.asJson())) {
    host.show(accepted, [&](const JsonValue& json) {
      printAccepted(console.out, json, invocation.has("dry-run") ? "dry run, nothing is sent:" : "accepted");
    });
  }
  if (!wait) return kSuccess;
  console.out.flush();
  const auto id = idOf(accepted);
  return showEnd(waitFor(id, host, console, timeout_s), id, host, console, timeout_s);
}

std::vector<OptionSpec> sendOptions() {
  return {
      {"channel", "CHANNEL",
       "How to reach the recipient: email, sms, push, whatsapp, inapp, slack, webhook; again for more than one", true},
      {"to", "ADDRESS", "The recipient's address on that channel; once for each --channel, in the same order", true},
      {"user", "ID", "The recipient's user id"},
      {"user-type", "TYPE", "Who the recipient is, such as customer"},
      {"name", "NAME", "The recipient's name"},
      {"template", "KEY", "Template to render"},
      {"version", "N", "Version of the template; default: the newest that is published"},
      {"language", "TAG", "Language of the template, such as es; default: the template's own"},
      {"data", "JSON|@FILE", "Variables of the template"},
      {"subject", "TEXT", "Subject, without a template"},
      {"text", "TEXT", "Plain text, without a template"},
      {"html", "HTML|@FILE", "HTML, without a template"},
      {"title", "TEXT", "Title of a push or inapp notification, without a template"},
      {"body", "TEXT", "Body of a push or inapp notification, without a template"},
      {"priority", "WORD", "critical, high, medium or low; default: medium"},
      {"send-at", "TIME", "When to send (RFC 3339), such as 2026-12-01T09:00:00Z"},
      {"delay", "DURATION", "Send after this time (ISO 8601), such as PT10M"},
      {"send-at-local", "TIME", "When to send by the clocks of --timezone, such as 2026-12-01T09:00"},
      {"timezone", "ZONE", "IANA zone, such as Europe/Madrid; default: the host's setting"},
      {"misfire", "WORD", "If it is late because no host was there: send, skip or defer (to the next day)"},
      {"expires-at", "TIME", "When it is too late to send (RFC 3339)"},
      {"idempotency-key", "KEY", "Two sends with one key are one send"},
      {"metadata", "JSON|@FILE", "Your own facts, returned with the notification"},
      {"batch", "FILE",
       "Send every notification of a file instead: a JSON array of bodies as the API takes them, or one a line"},
      {"dry-run", "", "Check everything, send nothing"},
      {"wait", "", "Wait until every delivery is final and show the timeline; succeed only if all were sent"},
      {"timeout", "SECONDS", "How long --wait waits; default: 60"}};
}

}  // namespace

Command sendCommand() {
  return {
      .name = "send",
      .summary = "Send a notification",
      .options = sendOptions(),
      .examples =
          {"belfry send --channel email --to ada@example.test --template order-confirmed --data '{\"orderId\":1}' "
           "--wait",
           "belfry send --channel email --to ada@example.test --subject Hello --text 'Hello Ada' --html @hello.html",
           "belfry send --channel email --to ada@example.test --template reminder --delay PT10M --idempotency-key "
           "order-1042",
           "belfry send --batch newsletter.ndjson"},
      .notes =
          "@FILE stands for a file's content, @- for standard input. Without --wait the command ends when the host "
          "has taken the notification in durably.\n\nA batch is sent in chunks of 1000. After a break the same command "
          "goes on where it stopped: until all is sent, FILE.batch beside the file remembers how far it came.",
      .run = send,
  };
}

}  // namespace belfry::cli
