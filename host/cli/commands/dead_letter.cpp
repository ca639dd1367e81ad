#include "cli/commands/dead_letter.h"

#include <algorithm>

#include "cli/failures.h"
#include "cli/host_call.h"
#include "cli/input_text.h"
#include "cli/text_table.h"

namespace belfry::cli {
namespace {

const std::string kLetters = "/api/v1/admin/dead-letters";

const std::vector<Column> kColumns = {{"ID", "id"},
                                      {"DIED (UTC)", "diedAt"},
                                      {"CHANNEL", "channel"},
                                      {"TEMPLATE", "template"},
                                      {"PROVIDER", "provider"},
                                      {"ERROR", "errorCode"},
                                      {"ATTEMPTS", "attempt"},
                                      {"STATE", "state"}};
const std::vector<Column> kFacts = {{"id", "id"},
                                    {"state", "state"},
                                    {"died", "diedAt"},
                                    {"delivery", "deliveryId"},
                                    {"notification", "notificationId"},
                                    {"channel", "channel"},
                                    {"priority", "priority"},
                                    {"template", "template"},
                                    {"provider", "provider"},
                                    {"error", "errorCode"},
                                    {"attempts", "attempt"},
                                    {"ended", "endedAt"},
                                    {"by", "endedBy"},
                                    {"replayed as", "replayedAs"}};
const std::vector<Column> kEventColumns = {
    {"AT (UTC)", "at"}, {"EVENT", "type"}, {"ATTEMPT", "attempt"}, {"PROVIDER", "provider"}, {"DETAIL", "detail"}};
const std::vector<Column> kPreviewFacts = {
    {"to", "to"}, {"would be sent by", "provider"}, {"problem", "problem.code"}, {"because", "problem.detail"}};
const std::vector<Column> kOperationFacts = {{"operation", "id"}, {"action", "action"}, {"filter", "filter"},
                                             {"limit", "limit"},  {"state", "state"},   {"by", "by"}};

constexpr std::pair<const char*, const char*> kFilterFields[] = {{"channel", "channel"},
                                                                 {"priority", "priority"},
                                                                 {"provider", "provider"},
                                                                 {"error", "errorCode"},
                                                                 {"template", "template"},
                                                                 {"from", "from"},
                                                                 {"to", "to"}};

const std::vector<OptionSpec> kFilterOptions = {
    {"channel", "CHANNEL", "Only this channel"},
    {"priority", "PRIORITY", "Only this priority: critical, high, medium or low"},
    {"provider", "ID", "Only those whose last attempt went to this provider instance"},
    {"error", "CODE", "Only those whose last error has this code"},
    {"template", "KEY", "Only those of this template"},
    {"from", "TIME", "Only those that died at or after (RFC 3339)"},
    {"to", "TIME", "Only those that died before (RFC 3339)"}};

int list(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  std::vector<std::pair<std::string_view, std::string_view>> names = {{"state", "state"}};
  names.insert(names.end(), std::begin(kFilterFields), std::end(kFilterFields));
  names.insert(names.end(), {{"limit", "limit"}, {"cursor", "cursor"}});
  host.show(host.get(withQuery(kLetters, invocation, names)), [&](const JsonValue& page) {
    printPage(console, page, [&](const JsonValue& items) { printObjects(console.out, items, kColumns); });
  });
  return kSuccess;
}

void printPreview(const JsonValue& preview, Console& console) {
  console.out << '\n';
  printObject(console.out, preview, kPreviewFacts);
  const auto* content = memberAt(preview, "content");
  if (content == nullptr || !content->IsObject()) return;
  for (const auto& field : content->GetObject())
    console.out << '\n' << cellText(&field.name) << ":\n" << cellText(&field.value) << '\n';
}

int show(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.get(kLetters + "/" + encoded(invocation.operand(0))), [&](const JsonValue& letter) {
    printObject(console.out, letter, kFacts);
    const auto* deliveries = memberAt(letter, "notification.deliveries");
    if (deliveries != nullptr && deliveries->IsArray())
      for (const auto& delivery : deliveries->GetArray()) {
        console.out << "error detail  " << cellText(delivery, "error.detail") << "\n\n";
        if (const auto* timeline = memberAt(delivery, "timeline")) printObjects(console.out, *timeline, kEventColumns);
      }
    if (const auto* preview = memberAt(letter, "preview")) printPreview(*preview, console);
  });
  return kSuccess;
}

bool filtered(const Invocation& invocation) {
  return invocation.has("all") || std::any_of(std::begin(kFilterFields), std::end(kFilterFields),
                                              [&](const auto& field) { return invocation.has(field.first); });
}

/// One by its id, or those that a filter matches: never every one by mistake.
void requireOneMeaning(const Invocation& invocation) {
  if (invocation.has("id")) {
    for (const auto* other : {"limit", "dry-run"})
      if (invocation.has(other))
        throw UsageError("--" + std::string(other) +
                         " is for what a filter matches; `belfry dlq show ID` shows what sending one again would do");
    if (filtered(invocation)) throw UsageError("--id stands beside a filter; allowed: --id ID alone, or a filter");
  } else if (!filtered(invocation)) {
    throw UsageError("nothing says which are meant; allowed: --id ID, a filter such as --channel, or --all");
  }
}

std::string actionJson(const Invocation& invocation) {
  JsonWriter json;
  json.object([&] {
    json.memberObject("filter", [&] {
      for (const auto& [option, field] : kFilterFields)
        if (const auto value = invocation.find(option)) json.member(field, *value);
      if (invocation.has("all")) json.member("all", true);
    });
    if (const auto limit = invocation.integer("limit", 1, 1'000'000'000)) json.member("limit", *limit);
    if (invocation.has("dry-run")) json.member("dryRun", true);
  });
  return json.take();
}

void printSurvey(const JsonValue& survey, Console& console, const std::string& done) {
  const auto* complete = memberAt(survey, "complete");
  const bool whole = complete == nullptr || !complete->IsBool() || complete->GetBool();
  console.out << (whole ? "" : "at least ") << cellText(survey, "matched") << " dead letters would be " << done
              << "; nothing was\n";
  const auto* sample = memberAt(survey, "sample");
  if (sample == nullptr || !sample->IsArray()) return;
  for (const auto& id : sample->GetArray()) console.out << "  " << cellText(&id) << '\n';
}

int act(const std::string& path, const std::string& done, const Invocation& invocation, Console& console) {
  const auto body = actionJson(invocation);
  HostCall host(invocation, console);
  host.show(host.post(kLetters + path, body), [&](const JsonValue& answer) {
    if (invocation.has("dry-run")) return printSurvey(answer, console, done);
    printObject(console.out, answer, kOperationFacts);
    console.err << "it is done in the background: belfry queue operation " << cellText(answer, "id") << '\n';
  });
  return kSuccess;
}

int replay(const Invocation& invocation, Console& console) {
  requireOneMeaning(invocation);
  const auto id = invocation.find("id");
  if (!id) return act("/replay", "replayed", invocation, console);
  HostCall host(invocation, console);
  host.show(host.post(kLetters + "/" + encoded(*id) + "/replay"),
            [&](const JsonValue& letter) { printObject(console.out, letter, kFacts); });
  return kSuccess;
}

int purge(const Invocation& invocation, Console& console) {
  requireOneMeaning(invocation);
  const auto id = invocation.find("id");
  if (!id) return act("/purge", "purged", invocation, console);
  HostCall host(invocation, console);
  host.show(host.remove(kLetters + "/" + encoded(*id)), [&](const JsonValue& letter) {
    console.out << "purged dead letter " << cellText(letter, "id") << " of delivery " << cellText(letter, "deliveryId")
                << '\n';
  });
  return kSuccess;
}

void writeRecipient(JsonWriter& json, const Invocation& invocation) {
  constexpr std::pair<const char*, const char*> kFields[] = {
      {"user", "userId"}, {"email", "email"}, {"phone", "phone"}};
  const auto token = invocation.find("device-token");
  const bool any = token || std::any_of(std::begin(kFields), std::end(kFields),
                                        [&](const auto& field) { return invocation.has(field.first); });
  if (!any) return;
  json.memberObject("recipient", [&] {
    for (const auto& [option, field] : kFields)
      if (const auto value = invocation.find(option)) json.member(field, *value);
    if (token) json.memberObject("deviceToken", [&] { json.member("token", *token); });
  });
}

void writeTemplate(JsonWriter& json, const Invocation& invocation) {
  constexpr long kMostVersion = 2147483647;
  const auto version = invocation.integer("template-version", 1, kMostVersion);
  const auto language = invocation.find("template-language");
  if (!version && !language) return;
  json.memberObject("template", [&] {
    if (version) json.member("version", *version);
    if (language) json.member("language", *language);
  });
}

void requireCorrection(const Invocation& invocation) {
  for (const auto* name : {"user", "email", "phone", "device-token", "data", "template-version", "template-language",
                           "content", "expires-at"})
    if (invocation.has(name)) return;
  throw UsageError(
      "nothing is corrected; allowed: --email, --phone, --user, --device-token, --data, --content, "
      "--template-version, --template-language, --expires-at; `belfry dlq replay --id ID` sends it as it was");
}

std::string editJson(const Invocation& invocation, const Console& console) {
  requireCorrection(invocation);
  JsonWriter json;
  json.object([&] {
    writeRecipient(json, invocation);
    for (const auto* name : {"data", "content"})
      if (const auto text = invocation.find(name)) json.rawMember(name, jsonArgument(*text, name, console));
    writeTemplate(json, invocation);
    if (const auto at = invocation.find("expires-at")) json.member("expiresAt", *at);
    if (invocation.has("dry-run")) json.member("dryRun", true);
  });
  return json.take();
}

int edit(const Invocation& invocation, Console& console) {
  const auto body = editJson(invocation, console);
  HostCall host(invocation, console);
  host.show(host.post(kLetters + "/" + encoded(invocation.operand(0)) + "/edit", body), [&](const JsonValue& answer) {
    if (invocation.has("dry-run")) {
      console.out << "it would be sent; nothing was done\n";
      const auto* previews = memberAt(answer, "previews");
      if (previews == nullptr || !previews->IsArray()) return;
      for (const auto& preview : previews->GetArray()) printPreview(preview, console);
      return;
    }
    console.out << "sent anew as notification " << cellText(answer, "notificationId") << '\n';
  });
  return kSuccess;
}

std::vector<OptionSpec> actionOptions() {
  std::vector<OptionSpec> options = {{"id", "ID", "This one, alone"}};
  options.insert(options.end(), kFilterOptions.begin(), kFilterOptions.end());
  options.insert(options.end(), {{"all", "", "Every one, instead of a filter"},
                                 {"limit", "N", "Change at most so many"},
                                 {"dry-run", "", "Only count them and show a few"}});
  return options;
}

std::vector<OptionSpec> listOptions() {
  std::vector<OptionSpec> options = {{"state", "STATE", "Those in this state: dead (by itself), replayed or settled"}};
  options.insert(options.end(), kFilterOptions.begin(), kFilterOptions.end());
  for (const auto& option : pageOptions()) options.push_back(option);
  return options;
}

std::vector<OptionSpec> editOptions() {
  return {{"email", "ADDRESS", "The recipient's e-mail address"},
          {"phone", "NUMBER", "The recipient's telephone number"},
          {"user", "ID", "The recipient's user id"},
          {"device-token", "TOKEN", "The device to push to"},
          {"data", "JSON", "All of the template's data; @FILE reads a file"},
          {"template-version", "N", "Another version of its template"},
          {"template-language", "LANGUAGE", "Another language of its template"},
          {"content", "JSON", "What it says, such as {\"text\": \"…\"}, instead of its template or content; @FILE"},
          {"expires-at", "TIME", "A later expiresAt (RFC 3339)"},
          {"dry-run", "", "Only check it and show what would be sent"}};
}

}  // namespace

std::vector<Command> deadLetterCommands() {
  return {{.name = "dlq list",
           .summary = "List dead letters, newest first: deliveries that were given up",
           .options = listOptions(),
           .examples = {"belfry dlq list --channel email --error timeout --tenant acme"},
           .run = list},
          {.name = "dlq show",
           .summary = "Show a dead letter: what it would say, every attempt and how it ended",
           .operands = {{"ID", "the dead letter's id"}},
           .examples = {"belfry dlq show 0193f0a4-7b1c-7c3e-9d52-4d0f6d1c2b3a --tenant acme"},
           .run = show},
          {.name = "dlq replay",
           .summary = "Send one dead letter again, or all that match",
           .options = actionOptions(),
           .examples = {"belfry dlq replay --id 0193f0a4-7b1c-7c3e-9d52-4d0f6d1c2b3a --tenant acme",
                        "belfry dlq replay --provider acme-smtp --error timeout --dry-run --tenant acme"},
           .notes = "Each has one attempt more; what fails again is a dead letter again. Nothing is replayed twice.",
           .run = replay},
          {.name = "dlq edit",
           .summary = "Correct a dead letter and send it anew",
           .operands = {{"ID", "the dead letter's id"}},
           .options = editOptions(),
           .examples = {"belfry dlq edit 0193f0a4-7b1c-7c3e-9d52-4d0f6d1c2b3a --email ada@example.test --tenant acme"},
           .notes = "What is not named stays as it was. The whole is checked as a send is, before anything is done.",
           .run = edit},
          {.name = "dlq purge",
           .summary = "Remove one dead letter, or all that match; their deliveries stay failed",
           .options = actionOptions(),
           .examples = {"belfry dlq purge --to 2026-11-01T00:00:00Z --dry-run --tenant acme"},
           .run = purge}};
}

}  // namespace belfry::cli
