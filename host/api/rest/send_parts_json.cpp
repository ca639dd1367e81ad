#include "api/rest/send_parts_json.h"

#include <algorithm>
#include <limits>

#include "api/rest/name_form.h"
#include "kit/crypto.h"

namespace belfry {
namespace {

constexpr std::size_t kMostAddressBytes = 4096;  // as isAddress() of services/intake
constexpr std::size_t kMostDevices = 100;
constexpr std::size_t kMostAttachments = 10;
constexpr std::size_t kMostAttachedBytes = 10 * 1024 * 1024;
constexpr std::size_t kMostOptionBytes = 64 * 1024;
constexpr std::size_t kMostOptionDepth = 16;
constexpr std::size_t kMostHeaders = 50;
constexpr std::size_t kMostHeaderBytes = 998;  // RFC 5322 §2.1.1

std::vector<DeviceToken> readDeviceTokens(ObjectReader& recipient) {
  std::vector<DeviceToken> tokens;
  for (const auto& item : recipient.items("deviceTokens", kMostDevices)) {
    auto device = asObject(item, recipient.errors());
    if (!device) continue;
    auto token = device->text("token", {.required = true, .most = kMostAddressBytes});
    tokens.push_back({std::move(token), device->word<Platform>("platform", parsePlatform, allowedPlatform())});
    device->finish();
  }
  return tokens;
}

Attachment readAttachment(ObjectReader& item) {
  Attachment attachment;
  attachment.filename = item.text("filename", {.required = true, .most = 255});
  attachment.content_type =
      item.text("contentType", {.required = true, .most = 255, .valid = isMediaType, .form = kMediaTypeForm});
  attachment.content_id = item.text("contentId", {.most = 255});
  const auto encoded = item.text("base64", {.required = true, .least = 0, .most = kMostAttachedBytes * 2});
  auto bytes = fromBase64(encoded);
  if (!bytes)
    item.refuse("base64", FieldErrorCode::malformed, "is not base64", "RFC 4648 §4 with padding, without line breaks");
  attachment.bytes = std::move(bytes).value_or("");
  item.finish();
  return attachment;
}

Fields readHeaders(ObjectReader& options) {
  Fields headers;
  auto reader = options.object("headers");
  if (!reader) return headers;
  if (reader->json().MemberCount() > kMostHeaders) {
    options.refuse("headers", FieldErrorCode::too_many, "has too many fields",
                   "at most " + std::to_string(kMostHeaders) + " headers");
    return headers;
  }
  for (const auto& member : reader->json().GetObject()) {
    const auto name = asView(member.name);
    auto value = reader->text(name, {.least = 0, .most = kMostHeaderBytes});
    headers.emplace_back(name, std::move(value));
  }
  return headers;
}

/// Plugins name their options in snake_case; the API takes both.
std::string snakeCase(std::string_view name) {
  std::string snake;
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') snake.append({'_', static_cast<char>(c - 'A' + 'a')});
    else snake += c;
  }
  return snake;
}

/// A text as it is, anything else as its JSON text.
ChannelOptions readChannelOptions(ObjectReader& reader, Channel channel) {
  ChannelOptions options;
  for (const auto& member : reader.json().GetObject()) {
    const auto name = asView(member.name);
    if (channel == Channel::email && name == "headers") {
      options.headers = readHeaders(reader);
    } else if (member.value.IsString()) {
      auto value = reader.text(name, {.most = kMostOptionBytes});
      if (!value.empty()) options.options.emplace_back(snakeCase(name), std::move(value));
    } else if (member.value.IsObject()) {
      options.options.emplace_back(snakeCase(name), reader.opaque(name, kMostOptionBytes, kMostOptionDepth));
    } else if (member.value.IsNull()) {
      reader.refuse(name, FieldErrorCode::wrong_type, "is null", "a value; leave the option out otherwise");
    } else {
      auto value = toJsonText(*reader.find(name));
      if (value.size() > kMostOptionBytes)
        reader.refuse(name, FieldErrorCode::too_large, "is too large", "at most 65536 bytes");
      options.options.emplace_back(snakeCase(name), std::move(value));
    }
  }
  reader.finish();
  return options;
}

void addChannel(std::vector<Channel>& channels, const JsonItem& item, FieldErrors& errors) {
  auto refused = [&](FieldErrorCode code, std::string message) {
    errors.push_back({item.pointer, code, std::move(message), shown(*item.value), std::string(allowedChannel())});
  };
  if (!item.value->IsString()) return refused(FieldErrorCode::wrong_type, "is not a text");
  const auto channel = parseChannel(asView(*item.value));
  if (!channel) return refused(FieldErrorCode::not_allowed, "is not a channel");
  if (std::find(channels.begin(), channels.end(), *channel) != channels.end()) {
    return refused(FieldErrorCode::duplicate, "is there twice");
  }
  channels.push_back(*channel);
}

}  // namespace

Recipient readRecipient(ObjectReader& request) {
  Recipient recipient;
  request.require("recipient", "an object with userId or an address");
  auto reader = request.object("recipient");
  if (!reader) return recipient;
  recipient.user_id = reader->text("userId", {.most = kMostAddressBytes});
  recipient.user_type = reader->word<UserType>("userType", parseUserType, allowedUserType());
  recipient.name = reader->text("name", {.least = 0});
  recipient.email = reader->text("email", {.most = kMostAddressBytes});
  recipient.phone = reader->text("phone", {.most = kMostAddressBytes});
  recipient.device_tokens = readDeviceTokens(*reader);
  recipient.timezone = reader->text("timezone", {.most = 64, .valid = isTimeZone, .form = kTimeZoneForm});
  recipient.language = reader->text("language", {.most = 35, .valid = isLanguage, .form = kLanguageForm});
  reader->finish();
  return recipient;
}

SendTimes readSendTimes(ObjectReader& request) {
  constexpr std::size_t kMostLocalBytes = 32;
  SendTimes times;
  times.send_at = request.time("sendAt");
  times.delay = request.duration("delay");
  const auto local =
      request.text("sendAtLocal", {.most = kMostLocalBytes,
                                   .valid = [](std::string_view text) { return parseLocalTime(text).has_value(); },
                                   .form = "a local time without an offset, such as 2026-12-01T09:00"});
  times.send_at_local = parseLocalTime(local);
  times.timezone = request.text("timezone", {.most = 64, .valid = isTimeZone, .form = kTimeZoneForm});
  return times;
}

std::vector<Channel> readChannels(ObjectReader& request) {
  std::vector<Channel> channels;
  const auto* one = request.find("channel");
  if (one && request.has("channels")) {
    request.refuse("channels", FieldErrorCode::conflict, "contradicts channel", "channel or channels, not both");
    return channels;
  }
  if (one) {
    addChannel(channels, {one, request.pointerTo("channel")}, request.errors());
    return channels;
  }
  request.require("channels", "a list of " + std::string(allowedChannel()));
  for (const auto& item : request.items("channels", allChannels().size())) addChannel(channels, item, request.errors());
  const auto* given = request.find("channels");
  if (given && given->IsArray() && given->Empty()) {
    request.refuse("channels", FieldErrorCode::too_few, "names no channel",
                   "one or more of " + std::string(allowedChannel()));
  }
  return channels;
}

std::optional<TemplateRef> readTemplateRef(ObjectReader& request) {
  auto reader = request.object("template");
  if (!reader) return std::nullopt;
  TemplateRef ref;
  ref.key = reader->text("key", {.required = true, .most = 127, .valid = isTemplateKey, .form = kTemplateKeyForm});
  ref.version = static_cast<int>(reader->integer("version", 1, std::numeric_limits<int>::max()).value_or(0));
  ref.language = reader->text("language", {.most = 35, .valid = isLanguage, .form = kLanguageForm});
  reader->finish();
  return ref;
}

std::vector<Attachment> readAttachments(ObjectReader& request) {
  std::vector<Attachment> attachments;
  std::size_t total = 0;
  for (const auto& item : request.items("attachments", kMostAttachments)) {
    auto reader = asObject(item, request.errors());
    if (!reader) continue;
    attachments.push_back(readAttachment(*reader));
    total += attachments.back().bytes.size();
  }
  if (total > kMostAttachedBytes) {
    request.refuse("attachments", FieldErrorCode::too_large, "are " + std::to_string(total) + " bytes together",
                   "at most " + std::to_string(kMostAttachedBytes) + " bytes when decoded");
  }
  return attachments;
}

std::map<Channel, ChannelOptions> readOptions(ObjectReader& request) {
  std::map<Channel, ChannelOptions> options;
  auto reader = request.object("options");
  if (!reader) return options;
  for (const auto& member : reader->json().GetObject()) {
    const auto name = asView(member.name);
    const auto channel = parseChannel(name);
    if (!channel) {
      reader->refuse(name, FieldErrorCode::unknown_field, "there is no channel '" + shorten(name) + "'",
                     std::string(allowedChannel()));
      continue;
    }
    if (auto of = reader->object(name)) options[*channel] = readChannelOptions(*of, *channel);
  }
  reader->finish();
  return options;
}

}  // namespace belfry
