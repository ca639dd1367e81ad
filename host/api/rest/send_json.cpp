#include "api/rest/send_json.h"

#include <algorithm>
#include <array>

#include "api/rest/content_json.h"
#include "api/rest/dedup_json.h"
#include "api/rest/parse_with.h"
#include "api/rest/preview_json.h"
#include "api/rest/send_parts_json.h"
#include "services/intake/addresses.h"

namespace belfry {
namespace {

constexpr std::size_t kMostDataBytes = 256 * 1024;
constexpr std::size_t kMostMetadataBytes = 16 * 1024;
constexpr std::size_t kMostDataDepth = 32;
constexpr std::size_t kMostMetadataDepth = 8;
constexpr std::size_t kMostTextBytes = 1024 * 1024;

constexpr std::array<std::string_view, 5> kBriefOnly = {"recipientUserId", "recipientUserType", "subject", "body",
                                                        "scheduledAt"};

bool isBrief(const JsonValue& body) {
  auto has = [&](std::string_view name) {
    return body.HasMember(JsonValue(rapidjson::StringRef(name.data(), name.size())));
  };
  return !has("recipient") && std::any_of(kBriefOnly.begin(), kBriefOnly.end(), has);
}

void readStrategy(ObjectReader& reader) {
  // `fallback` and `best` are words of the vocabulary that a send cannot follow.
  const auto* given = reader.find("strategy");
  if (given == nullptr) return;
  if (!given->IsString()) return reader.refuse("strategy", FieldErrorCode::wrong_type, "is not a text", "all");
  if (asView(*given) != toText(Strategy::all))
    reader.refuse("strategy", FieldErrorCode::not_allowed, "is not supported", "all");
}

void readSaying(ObjectReader& reader, SendCommand& command) {
  auto& request = command.request;
  request.template_ref = readTemplateRef(reader);
  if (reader.has("template") && reader.has("content")) {
    reader.refuse("content", FieldErrorCode::conflict, "contradicts template", "template or content, not both");
  } else if (!reader.has("template")) {
    reader.require("content", "content, or template instead");
  }
  if (auto content = reader.object("content")) request.content = readContent(*content, command.channels);
}

void readPriority(ObjectReader& reader, SendCommand& command) {
  command.priority = reader.word<Priority>("priority", parsePriority, allowedPriority()).value_or(Priority::medium);
}

SendCommand readFull(ObjectReader& reader) {
  SendCommand command;
  command.channels = readChannels(reader);
  readStrategy(reader);
  command.request.recipient = readRecipient(reader);
  readSaying(reader, command);
  command.request.data_json = reader.opaque("data", kMostDataBytes, kMostDataDepth);
  readPriority(reader, command);
  static_cast<SendTimes&>(command) = readSendTimes(reader);
  command.request.misfire = reader.word<MisfirePolicy>("misfire", parseMisfirePolicy, allowedMisfirePolicy());
  command.expires_at = reader.time("expiresAt");
  command.request.attachments = readAttachments(reader);
  command.request.options = readOptions(reader);
  command.request.metadata_json = reader.opaque("metadata", kMostMetadataBytes, kMostMetadataDepth);
  command.dedup = readDedupWish(reader);
  command.dry_run = reader.flag("dryRun").value_or(false);
  return command;
}

/// Where a channel's short form says what: the first field holds `subject`, the second `body`.
std::pair<std::string_view, std::string_view> briefFields(Channel channel) {
  switch (channel) {
    case Channel::email: return {"subject", "text"};
    case Channel::push:
    case Channel::inapp: return {"title", "body"};
    case Channel::sms:
    case Channel::whatsapp:
    case Channel::slack:
    case Channel::webhook: return {"title", "text"};
  }
  return {};
}

/// The short form has no address field: a user id that is an address on the channel is where the message goes.
void addAddress(Recipient& recipient, Channel channel) {
  if (!isAddress(channel, recipient.user_id)) return;
  if (channel == Channel::email) recipient.email = recipient.user_id;
  if (channel == Channel::sms || channel == Channel::whatsapp) recipient.phone = recipient.user_id;
}

SendCommand readBrief(ObjectReader& reader) {
  SendCommand command;
  reader.require("channel", allowedChannel());
  if (auto channel = reader.word<Channel>("channel", parseChannel, allowedChannel())) command.channels = {*channel};
  auto& recipient = command.request.recipient;
  recipient.user_id = reader.text("recipientUserId", {.required = true, .most = 4096});
  recipient.user_type = reader.word<UserType>("recipientUserType", parseUserType, allowedUserType());
  const auto subject = reader.text("subject", {.least = 0, .most = 998});
  const auto body = reader.text("body", {.required = true, .least = 0, .most = kMostTextBytes});
  readPriority(reader, command);
  command.send_at = reader.time("scheduledAt");
  command.request.metadata_json = reader.opaque("metadata", kMostMetadataBytes, kMostMetadataDepth);
  for (const auto channel : command.channels) {
    const auto [title_field, text_field] = briefFields(channel);
    auto& fields = command.request.content[channel];
    if (!subject.empty()) fields.emplace_back(title_field, subject);
    fields.emplace_back(text_field, body);
    addAddress(recipient, channel);
  }
  return command;
}

using Renaming = std::pair<std::string_view, std::string_view>;

constexpr Renaming kToChannel[] = {{"/channels/0", "/channel"}};
constexpr Renaming kToContentOfChannel[] = {{"/content/subject", "/content/email/subject"}};
constexpr Renaming kToBrief[] = {{"/channels/0", "/channel"},
                                 {"/recipient/userId", "/recipientUserId"},
                                 {"/recipient/email", "/recipientUserId"},
                                 {"/recipient/phone", "/recipientUserId"},
                                 {"/recipient/deviceTokens", "/recipientUserId"},
                                 {"/content/subject", "/subject"},
                                 {"/content", "/body"},
                                 {"/sendAt", "/scheduledAt"}};

template <std::size_t N>
void rename(std::string& pointer, const Renaming (&renamings)[N]) {
  for (const auto& [from, to] : renamings) {
    if (pointer == from) {
      pointer = to;
      return;
    }
  }
}

}  // namespace

ParsedSend readSend(ObjectReader& reader) {
  ParsedSend parsed;
  const bool brief = isBrief(reader.json());
  parsed.command = brief ? readBrief(reader) : readFull(reader);
  const auto* content = reader.json().HasMember("content") ? &reader.json()["content"] : nullptr;
  parsed.content_by_channel = content != nullptr && content->IsObject() && namesChannels(*content);
  parsed.form = brief ? SendForm::brief : reader.json().HasMember("channel") ? SendForm::channel : SendForm::channels;
  return parsed;
}

Result<ParsedSend, Problem> parseSend(std::string_view body) { return parseWith<ParsedSend>(body, readSend); }

void pointIntoBody(Problem& problem, SendForm form, bool content_by_channel) {
  for (auto& error : problem.errors) {
    if (content_by_channel) rename(error.pointer, kToContentOfChannel);
    if (form == SendForm::channel) rename(error.pointer, kToChannel);
    if (form == SendForm::brief) rename(error.pointer, kToBrief);
  }
}

std::string sendAnswerJson(const Accepted& accepted) {
  JsonWriter json;
  json.object([&] {
    json.member("id", accepted.id.toString());
    json.member("status", toText(accepted.state));
    json.member("acceptedAt", formatRfc3339(accepted.accepted_at));
    json.memberArray("deliveries", [&] {
      for (const auto& delivery : accepted.deliveries) {
        json.object([&] {
          json.member("id", delivery.id.toString());
          json.member("channel", toText(delivery.channel));
          json.member("status", toText(delivery.state));
        });
      }
    });
    if (!accepted.previews.empty()) writePreviews(json, accepted.previews);
  });
  return json.take();
}

}  // namespace belfry
