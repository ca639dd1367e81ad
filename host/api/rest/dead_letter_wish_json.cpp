#include <limits>

#include "api/rest/content_json.h"
#include "api/rest/dead_letter_json.h"
#include "api/rest/name_form.h"
#include "api/rest/parse_with.h"

namespace belfry {
namespace {

constexpr std::size_t kMostAddressBytes = 4096;  // these as in a send
constexpr std::size_t kMostDataBytes = 256 * 1024;
constexpr std::size_t kMostDataDepth = 32;
constexpr std::int64_t kMostLimit = 1'000'000'000;

std::optional<std::string> textIfGiven(ObjectReader& reader, std::string_view name) {
  if (!reader.has(name)) return std::nullopt;
  return reader.text(name, {.most = kMostAddressBytes});
}

void readRecipientEdit(ObjectReader& recipient, DeadLetterEdit& edit) {
  edit.user_id = textIfGiven(recipient, "userId");
  edit.email = textIfGiven(recipient, "email");
  edit.phone = textIfGiven(recipient, "phone");
  if (auto device = recipient.object("deviceToken")) {
    auto token = device->text("token", {.required = true, .most = kMostAddressBytes});
    edit.device_token =
        DeviceToken{std::move(token), device->word<Platform>("platform", parsePlatform, allowedPlatform())};
    device->finish();
  }
  if (recipient.json().MemberCount() == 0)
    recipient.errors().push_back(
        {recipient.pointer(), FieldErrorCode::too_few, "names no address", "{}", "userId, email, phone, deviceToken"});
  recipient.finish();
}

void readTemplateEdit(ObjectReader& reader, DeadLetterEdit& edit) {
  if (const auto version = reader.integer("version", 1, std::numeric_limits<int>::max()))
    edit.template_version = static_cast<int>(*version);
  const auto language = reader.text("language", {.most = 35, .valid = isLanguage, .form = kLanguageForm});
  if (!language.empty()) edit.template_language = language;
  if (reader.json().MemberCount() == 0)
    reader.errors().push_back({reader.pointer(), FieldErrorCode::too_few, "says nothing", "{}", "version, language"});
  reader.finish();
}

void readFilter(ObjectReader& filter, ActionWish& wish) {
  auto& read = wish.wish.filter;
  wish.all = filter.flag("all").value_or(false);
  read.channel = filter.word<Channel>("channel", parseChannel, allowedChannel());
  read.priority = filter.word<Priority>("priority", parsePriority, allowedPriority());
  read.provider = filter.text("provider", {.most = 63, .valid = isSlug, .form = kSlugForm});
  read.error_code = filter.text("errorCode", {});
  read.template_key = filter.text("template", {.most = 127, .valid = isTemplateKey, .form = kTemplateKeyForm});
  read.from = filter.time("from");
  read.to = filter.time("to");
  filter.finish();
}

}  // namespace

Result<EditBody, Problem> parseEditBody(std::string_view body) {
  return parseWith<EditBody>(body, [](ObjectReader& reader) {
    EditBody asked;
    if (auto recipient = reader.object("recipient")) readRecipientEdit(*recipient, asked.edit);
    if (reader.has("data")) asked.edit.data_json = reader.opaque("data", kMostDataBytes, kMostDataDepth);
    if (auto of_template = reader.object("template")) readTemplateEdit(*of_template, asked.edit);
    if (auto content = reader.object("content")) asked.edit.content = readFields(*content);
    asked.edit.expires_at = reader.time("expiresAt");
    asked.dry_run = reader.flag("dryRun").value_or(false);
    return asked;
  });
}

Result<ActionBody, Problem> parseDeadLetterAction(std::string_view body, QueueAction action) {
  return parseWith<ActionBody>(body, [&](ObjectReader& reader) {
    ActionBody asked{};
    asked.wish.wish.action = action;
    reader.require("filter", "an object; {\"all\": true} for every dead letter");
    if (auto filter = reader.object("filter")) readFilter(*filter, asked.wish);
    asked.wish.wish.limit = reader.integer("limit", 1, kMostLimit);
    asked.dry_run = reader.flag("dryRun").value_or(false);
    return asked;
  });
}

}  // namespace belfry
