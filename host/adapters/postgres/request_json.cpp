#include "adapters/postgres/request_json.h"

#include "kit/crypto.h"
#include "kit/json.h"
#include "kit/json_members.h"

namespace belfry::pg {
namespace {

void writeFields(JsonWriter& json, std::string_view name, const Fields& fields) {
  if (fields.empty()) return;
  json.memberObject(name, [&] {
    for (const auto& [key, value] : fields) json.member(key, value);
  });
}

void writeText(JsonWriter& json, std::string_view name, const std::string& value) {
  if (!value.empty()) json.member(name, value);
}

void writeRecipient(JsonWriter& json, const Recipient& recipient) {
  json.memberObject("recipient", [&] {
    writeText(json, "userId", recipient.user_id);
    if (recipient.user_type) json.member("userType", toText(*recipient.user_type));
    writeText(json, "name", recipient.name);
    writeText(json, "email", recipient.email);
    writeText(json, "phone", recipient.phone);
    writeText(json, "timezone", recipient.timezone);
    writeText(json, "language", recipient.language);
    if (recipient.device_tokens.empty()) return;
    json.memberArray("deviceTokens", [&] {
      for (const auto& device : recipient.device_tokens) {
        json.object([&] {
          json.member("token", device.token);
          if (device.platform) json.member("platform", toText(*device.platform));
        });
      }
    });
  });
}

void writeAttachments(JsonWriter& json, const std::vector<Attachment>& attachments) {
  if (attachments.empty()) return;
  json.memberArray("attachments", [&] {
    for (const auto& attachment : attachments) {
      json.object([&] {
        json.member("filename", attachment.filename);
        json.member("contentType", attachment.content_type);
        writeText(json, "contentId", attachment.content_id);
        json.member("base64", toBase64(attachment.bytes));
      });
    }
  });
}

std::string text(const JsonValue& object, const char* name) {
  auto member = object.FindMember(name);
  return member != object.MemberEnd() && member->value.IsString() ? std::string(asView(member->value)) : std::string();
}

const JsonValue* object(const JsonValue& parent, const char* name) {
  auto member = parent.FindMember(name);
  return member != parent.MemberEnd() && member->value.IsObject() ? &member->value : nullptr;
}

Fields readFields(const JsonValue& json) {
  Fields fields;
  for (const auto& member : json.GetObject())
    if (member.value.IsString()) fields.emplace_back(asView(member.name), asView(member.value));
  return fields;
}

Recipient readRecipient(const JsonValue& json) {
  Recipient recipient;
  recipient.user_id = text(json, "userId");
  recipient.user_type = parseUserType(text(json, "userType"));
  recipient.name = text(json, "name");
  recipient.email = text(json, "email");
  recipient.phone = text(json, "phone");
  recipient.timezone = text(json, "timezone");
  recipient.language = text(json, "language");
  auto tokens = json.FindMember("deviceTokens");
  if (tokens != json.MemberEnd() && tokens->value.IsArray())
    for (const auto& device : tokens->value.GetArray()) {
      // A bare token is how they were kept before devices had platforms.
      if (device.IsString()) recipient.device_tokens.push_back({std::string(asView(device)), std::nullopt});
      if (device.IsObject())
        recipient.device_tokens.push_back({text(device, "token"), parsePlatform(text(device, "platform"))});
    }
  return recipient;
}

std::vector<Attachment> readAttachments(const JsonValue& json) {
  std::vector<Attachment> attachments;
  auto member = json.FindMember("attachments");
  if (member == json.MemberEnd() || !member->value.IsArray()) return attachments;
  for (const auto& item : member->value.GetArray()) {
    if (!item.IsObject()) continue;
    attachments.push_back({text(item, "filename"), text(item, "contentType"), text(item, "contentId"),
                           fromBase64(text(item, "base64")).value_or("")});
  }
  return attachments;
}

/// Takes data and metadata as the text that they are, since nobody looks into them here; returns the text of the rest.
std::optional<std::string> takeOpaque(std::string_view json, NotificationRequest& request) {
  const auto members = jsonMembers(json);
  if (!members) return std::nullopt;
  JsonWriter rest;
  rest.object([&] {
    for (const auto& member : *members) {
      if (member.name == "data") request.data_json = member.value;
      else if (member.name == "metadata") request.metadata_json = member.value;
      else rest.rawMember(member.name, member.value);
    }
  });
  return rest.take();
}

}  // namespace

std::string toJson(const NotificationRequest& request) {
  JsonWriter json;
  json.object([&] {
    writeRecipient(json, request.recipient);
    if (request.template_ref) {
      json.memberObject("template", [&] {
        json.member("key", request.template_ref->key);
        json.member("version", request.template_ref->version);
        json.member("language", request.template_ref->language);
      });
    }
    if (!request.content.empty()) json.rawMember("content", contentToJson(request.content));
    if (!request.options.empty()) {
      json.memberObject("options", [&] {
        for (const auto& [channel, options] : request.options) {
          json.memberObject(toText(channel), [&, &channel_options = options] {
            writeFields(json, "options", channel_options.options);
            writeFields(json, "headers", channel_options.headers);
          });
        }
      });
    }
    writeAttachments(json, request.attachments);
    if (request.misfire) json.member("misfire", toText(*request.misfire));
    writeText(json, "timezone", request.timezone);
    json.rawMember("data", request.data_json);
    json.rawMember("metadata", request.metadata_json);
  });
  return json.take();
}

std::optional<NotificationRequest> parseRequest(std::string_view json) {
  NotificationRequest request;
  const auto rest = takeOpaque(json, request);
  if (!rest) return std::nullopt;
  const auto document = parseJson(*rest);
  if (!document) return std::nullopt;
  const JsonValue& root = *document;
  if (const auto* recipient = object(root, "recipient")) request.recipient = readRecipient(*recipient);
  if (const auto* ref = object(root, "template")) {
    auto version = ref->FindMember("version");
    if (version == ref->MemberEnd() || !version->value.IsInt()) return std::nullopt;
    request.template_ref = TemplateRef{text(*ref, "key"), version->value.GetInt(), text(*ref, "language")};
  }
  if (const auto* content = object(root, "content"))
    for (const auto& member : content->GetObject())
      if (auto channel = parseChannel(asView(member.name)); channel && member.value.IsObject())
        request.content[*channel] = readFields(member.value);
  if (const auto* options = object(root, "options"))
    for (const auto& member : options->GetObject())
      if (auto channel = parseChannel(asView(member.name)); channel && member.value.IsObject()) {
        auto& entry = request.options[*channel];
        if (const auto* fields = object(member.value, "options")) entry.options = readFields(*fields);
        if (const auto* fields = object(member.value, "headers")) entry.headers = readFields(*fields);
      }
  request.attachments = readAttachments(root);
  request.misfire = parseMisfirePolicy(text(root, "misfire"));
  request.timezone = text(root, "timezone");
  return request;
}

std::string contentToJson(const std::map<Channel, Fields>& content) {
  JsonWriter json;
  json.object([&] {
    for (const auto& [channel, fields] : content) {
      json.memberObject(toText(channel), [&, &channel_fields = fields] {
        for (const auto& [name, value] : channel_fields) json.member(name, value);
      });
    }
  });
  return json.take();
}

std::optional<std::map<Channel, Fields>> parseContent(std::string_view json) {
  auto document = parseJson(json);
  if (!document || !document->IsObject()) return std::nullopt;
  std::map<Channel, Fields> content;
  for (const auto& member : document->GetObject()) {
    auto channel = parseChannel(asView(member.name));
    if (!channel || !member.value.IsObject()) return std::nullopt;
    content[*channel] = readFields(member.value);
  }
  return content;
}

std::string secretsToJson(const std::map<std::string, std::string>& secrets) {
  JsonWriter json;
  json.object([&] {
    for (const auto& [name, value] : secrets) json.member(name, value);
  });
  return json.take();
}

std::optional<std::map<std::string, std::string>> parseSecrets(std::string_view json) {
  auto document = parseJson(json);
  if (!document || !document->IsObject()) return std::nullopt;
  std::map<std::string, std::string> secrets;
  for (const auto& member : document->GetObject())
    if (member.value.IsString()) secrets.emplace(asView(member.name), asView(member.value));
  return secrets;
}

}  // namespace belfry::pg
