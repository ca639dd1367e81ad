#include "mail_request.h"

#include <belfry/batch_key.hpp>
#include <belfry/json.hpp>
#include <belfry/json_writer.hpp>
#include <belfry/mail_content.hpp>

#include <optional>
#include <string_view>

namespace ses {
namespace {

using belfry::JsonDom;
using belfry::JsonText;
using belfry::Mailbox;
using belfry::Rope;
using belfry::Send;
using belfry::view;

// sesv2 service-2.json: MessageHeaderList, MessageHeaderName, MessageHeaderValue, EmailTemplateData,
// AttachmentContentId, AttachmentContentType; the message limit is from the page "Service quotas".
constexpr std::size_t kMaxHeaders = 15;
constexpr std::size_t kMaxHeaderValue = 995;
constexpr std::size_t kMaxTemplateData = 262'144;
constexpr std::size_t kMaxAttachmentName = 78;
constexpr std::uint64_t kMaxMessage = 40ull * 1024 * 1024;
constexpr std::size_t kMaxTags = 48;  // 50 in all, two are ours

/// Options that must be the same in a bulk request.
constexpr std::string_view kSharedOptions[] = {"from", "reply_to", "configuration_set", "mode", "template_name"};

enum class Form { simple, raw, stored_template };

std::optional<Mailbox> sender(const Send& send, const Defaults& defaults, std::string& error) {
  return belfry::mail::mailboxOf("from", send.option("from"), defaults.from, error);
}

std::optional<Mailbox> replyTo(const Send& send, const Defaults& defaults, std::string& error) {
  if (send.option("reply_to").empty() && defaults.reply_to.empty()) return std::nullopt;
  return belfry::mail::mailboxOf("reply_to", send.option("reply_to"), defaults.reply_to, error);
}

/// What MessageHeaderName and MessageHeaderValue allow. Others need a raw message, where they are encoded.
bool fitsSimple(const bf_kv& header) {
  const auto name = view(header.key);
  const auto value = view(header.value);
  if (name.size() > 126 || name.find(';') != std::string_view::npos) return false;
  for (const char c : value)
    if (c < ' ' || c > '~') return false;
  return !value.empty() && value.size() <= kMaxHeaderValue;
}

Form formOf(const Send& send, const Defaults& defaults) {
  if (!send.option("template_name").empty()) return Form::stored_template;
  const std::string_view mode = send.option("mode").empty() ? std::string_view(defaults.mode) : send.option("mode");
  const bf_msg& raw = send.raw();
  const auto headers = belfry::mail::headersOf(send);
  bool needs_raw = mode == "raw" || headers.size() > kMaxHeaders || (mode == "auto" && raw.n_attachments != 0);
  for (const auto& [name, value] : headers)
    needs_raw = needs_raw || !fitsSimple({belfry::str(name), belfry::str(value)});
  for (std::size_t i = 0; i < raw.n_attachments; ++i) {
    const bf_attachment& a = *raw.attachments[i];
    needs_raw = needs_raw || a.content_type.n > kMaxAttachmentName || a.content_id.n > kMaxAttachmentName;
  }
  return needs_raw ? Form::raw : Form::simple;
}

bool isTagText(std::string_view text) {
  for (const char c : text)
    if (!belfry::mail::isAlnum(c) && std::string_view("_-.@").find(c) == std::string_view::npos) return false;
  return !text.empty() && text.size() <= 256;
}

std::string tagsFault(const Send& send) {
  if (!send.hasOption("tags")) return {};
  constexpr const char* kAllowed = "tags: an object of at most 48 strings of A-Z a-z 0-9 _ - . @ is allowed";
  JsonDom dom;
  if (!dom.parse(send.option("tags")) || !dom.root().isObject() || dom.root().size() > kMaxTags) return kAllowed;
  for (const auto [name, value] : dom.root().members())
    if (!isTagText(name) || !isTagText(value.asString()) || name == kDeliveryTag || name == kAttemptTag)
      return kAllowed;
  return {};
}

std::string optionsFault(const Send& send, const Defaults& defaults) {
  const auto mode = send.option("mode");
  if (!mode.empty() && mode != "auto" && mode != "simple" && mode != "raw")
    return "mode: auto, simple or raw is allowed";
  JsonDom dom;
  if (send.hasOption("template_data") && (!dom.parse(send.option("template_data")) || !dom.root().isObject()))
    return "template_data: a JSON object is allowed";
  if (send.option("template_data").size() > kMaxTemplateData) return "template_data: at most 262144 bytes are allowed";
  if (!send.option("topic").empty() && send.option("contact_list").empty())
    return "topic: a contact_list is needed beside it";
  const bool has_content = !send.text().empty() || !send.content("html").empty();
  if (formOf(send, defaults) == Form::simple && !has_content) return "text, html: SES needs at least one";
  return {};
}

std::string sizeFault(const Send& send) {
  const bf_msg& raw = send.raw();
  std::uint64_t bytes = send.text().size() + send.content("html").size();
  for (std::size_t i = 0; i < raw.n_attachments; ++i) {
    const bf_attachment& a = *raw.attachments[i];
    if (a.filename.n > 255) return "attachments: a filename of at most 255 bytes is allowed";
    bytes += a.length / 57 * 78 + 100;  // base64 in lines of 76 and CRLF
  }
  if (bytes <= kMaxMessage) return {};
  return "attachments: the message has about " + std::to_string(bytes) + " bytes; SES takes 40 MiB with base64";
}

void writeTags(JsonText& json, const Send& send) {
  const auto tag = [&](std::string_view name, std::string_view value) {
    json.beginObject().member("Name", name).member("Value", value).endObject();
  };
  json.beginArray();
  tag(kDeliveryTag, send.deliveryId());
  tag(kAttemptTag, std::to_string(send.attempt()));
  JsonDom dom;
  if (send.hasOption("tags") && dom.parse(send.option("tags")))
    for (const auto [name, value] : dom.root().members()) tag(name, value.asString());
  json.endArray();
}

void writeDestination(JsonText& json, const Send& send) {
  const Mailbox to{std::string(send.toName()), std::string(send.to())};
  json.key("Destination").beginObject().key("ToAddresses").beginArray();
  json.value(belfry::mail::addressText(to)).endArray().endObject();
}

/// What one message and a bulk request have in common.
void writeShared(JsonText& json, const Send& send, const Defaults& defaults) {
  std::string error;
  json.member("FromEmailAddress", belfry::mail::addressText(*sender(send, defaults, error)));
  if (!defaults.from_identity_arn.empty()) json.member("FromEmailAddressIdentityArn", defaults.from_identity_arn);
  if (const auto box = replyTo(send, defaults, error))
    json.key("ReplyToAddresses").beginArray().value(belfry::mail::addressText(*box)).endArray();
  const std::string_view set = send.option("configuration_set").empty() ? std::string_view(defaults.configuration_set)
                                                                        : send.option("configuration_set");
  if (!set.empty()) json.member("ConfigurationSetName", set);
}

void writeText(JsonText& json, std::string_view name, std::string_view text) {
  json.key(name).beginObject().member("Data", text).member("Charset", "UTF-8").endObject();
}

void writeHeaders(JsonText& json, std::string_view name, const Send& send) {
  const auto headers = belfry::mail::headersOf(send);
  if (headers.empty()) return;
  json.key(name).beginArray();
  for (const auto& [field, value] : headers)
    json.beginObject().member("Name", field).member("Value", value).endObject();
  json.endArray();
}

void writeTemplate(JsonText& json, const Send& send) {
  json.key("Content").beginObject().key("Template").beginObject().member("TemplateName", send.option("template_name"));
  json.member("TemplateData", send.hasOption("template_data") ? send.option("template_data") : "{}");
  writeHeaders(json, "Headers", send);
  json.endObject().endObject();
}

/// The bytes are the host's: it streams them in, in base64.
void appendAttachment(Rope& body, const bf_attachment& a) {
  JsonText json;
  json.beginObject().member("FileName", view(a.filename)).member("ContentType", view(a.content_type));
  json.member("ContentDisposition", a.content_id.n != 0 ? "INLINE" : "ATTACHMENT");
  if (a.content_id.n != 0) json.member("ContentId", view(a.content_id));
  json.member("ContentTransferEncoding", "BASE64");
  body.bytes(json.text()).bytes(",\"RawContent\":\"").blob(a.blob, BF_XFORM_BASE64).bytes("\"}");
}

/// `head` is the request so far, without the bracket that ends it.
Rope simpleBody(std::string head, const Send& send) {
  JsonText json;
  json.beginObject();
  writeText(json, "Subject", belfry::mail::subjectOf(send));
  json.key("Body").beginObject();
  if (!send.text().empty()) writeText(json, "Text", send.text());
  if (!send.content("html").empty()) writeText(json, "Html", send.content("html"));
  json.endObject();
  writeHeaders(json, "Headers", send);
  Rope body(head + ",\"Content\":{\"Simple\":" + json.text());
  const bf_msg& raw = send.raw();
  for (std::size_t i = 0; i < raw.n_attachments; ++i) {
    body.bytes(i == 0 ? ",\"Attachments\":[" : ",");
    appendAttachment(body, *raw.attachments[i]);
  }
  return body.bytes(raw.n_attachments != 0 ? "]}}}" : "}}}");
}

/// The whole MIME message in base64, which the host makes, since it has the attachments.
Rope rawBody(belfry::HttpRequest& request, std::string head, const Send& send, const Defaults& defaults) {
  std::string error;
  belfry::MimeMessage mail(send.deliveryId(), send.createdMs());
  mail.from(*sender(send, defaults, error)).to({std::string(send.toName()), std::string(send.to())});
  if (const auto box = replyTo(send, defaults, error)) mail.replyTo(*box);
  belfry::mail::fill(mail, send);
  Rope message;
  mail.write(message, error);
  const auto whole = request.make(BF_MAKE_JOIN, {}, std::move(message), BF_XFORM_BASE64);
  return Rope(head + ",\"Content\":{\"Raw\":{\"Data\":\"").made(whole).bytes("\"}}}");
}

std::string partsOf(const Send& send) {
  return std::string(send.text().empty() ? "" : "text ") + (send.content("html").empty() ? "" : "html");
}

/// The values that the placeholders of a bulk request stand for.
std::string replacementData(const Send& send) {
  if (!send.option("template_name").empty())
    return std::string(send.hasOption("template_data") ? send.option("template_data") : "{}");
  JsonText json;
  json.beginObject().member("subject", belfry::mail::subjectOf(send));
  if (!send.text().empty()) json.member("text", send.text());
  if (!send.content("html").empty()) json.member("html", send.content("html"));
  return json.endObject().take();
}

bool bulkable(const Send& send, const Defaults& defaults) {
  return defaults.bulk && formOf(send, defaults) != Form::raw && send.raw().n_attachments == 0 &&
         send.option("contact_list").empty() && replacementData(send).size() <= kMaxTemplateData;
}

/// The content of every message is data of its own: the template that all share only says where it goes. SES replaces
/// such placeholders without escaping and does not read what it put in.
void writeBulkContent(JsonText& json, const Send& send) {
  json.key("DefaultContent").beginObject().key("Template").beginObject();
  if (!send.option("template_name").empty()) {
    json.member("TemplateName", send.option("template_name"));
  } else {
    json.key("TemplateContent").beginObject().member("Subject", "{{subject}}");
    if (!send.text().empty()) json.member("Text", "{{text}}");
    if (!send.content("html").empty()) json.member("Html", "{{html}}");
    json.endObject();
  }
  json.member("TemplateData", "{}").endObject().endObject();
}

void writeEntry(JsonText& json, const Send& send) {
  json.beginObject();
  writeDestination(json, send);
  json.key("ReplacementTags");
  writeTags(json, send);
  json.key("ReplacementEmailContent").beginObject().key("ReplacementTemplate").beginObject();
  json.member("ReplacementTemplateData", replacementData(send)).endObject().endObject();
  writeHeaders(json, "ReplacementHeaders", send);
  json.endObject();
}

}  // namespace

std::string faultOf(const Send& send, const Defaults& defaults) {
  std::string error;
  const auto from = sender(send, defaults, error);
  if (!from) return error;
  const auto reply_to = replyTo(send, defaults, error);
  if (!error.empty()) return error;
  if (!isTagText(send.deliveryId())) return "delivery_id: A-Z a-z 0-9 _ - . @ are allowed";
  for (const auto& fault :
       {belfry::mail::faultOf(send, *from, reply_to), tagsFault(send), optionsFault(send, defaults), sizeFault(send)})
    if (!fault.empty()) return fault;
  return {};
}

std::uint64_t bulkKey(const Send& send, const Defaults& defaults) {
  if (!bulkable(send, defaults)) return 0;
  belfry::BatchHash hash;
  hash.add(partsOf(send));
  for (const auto name : kSharedOptions) hash.add(send.option(name));
  return hash.value();
}

bool sameBulk(const Send& a, const Send& b, const Defaults& defaults) {
  if (!bulkable(a, defaults) || !bulkable(b, defaults) || partsOf(a) != partsOf(b)) return false;
  for (const auto name : kSharedOptions)
    if (a.option(name) != b.option(name)) return false;
  return true;
}

void putSendEmail(belfry::HttpRequest& request, const Send& send, const Defaults& defaults) {
  JsonText json;
  json.beginObject();
  writeShared(json, send, defaults);
  writeDestination(json, send);
  json.key("EmailTags");
  writeTags(json, send);
  if (!send.option("contact_list").empty()) {
    json.key("ListManagementOptions").beginObject().member("ContactListName", send.option("contact_list"));
    if (!send.option("topic").empty()) json.member("TopicName", send.option("topic"));
    json.endObject();
  }
  switch (formOf(send, defaults)) {
    case Form::stored_template: writeTemplate(json, send); break;
    case Form::raw: return void(request.json(rawBody(request, json.take(), send, defaults)));
    case Form::simple: return void(request.json(simpleBody(json.take(), send)));
  }
  request.json(json.endObject().take());
}

void putSendBulkEmail(belfry::HttpRequest& request, const std::vector<Send>& messages, const Defaults& defaults) {
  JsonText json;
  json.beginObject();
  writeShared(json, messages.front(), defaults);
  writeBulkContent(json, messages.front());
  json.key("BulkEmailEntries").beginArray();
  for (const auto& send : messages) writeEntry(json, send);
  request.json(json.endArray().endObject().take());
}

}  // namespace ses
