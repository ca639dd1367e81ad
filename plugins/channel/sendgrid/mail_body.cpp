#include "mail_body.h"

#include <belfry/batch_key.hpp>
#include <belfry/json.hpp>
#include <belfry/json_writer.hpp>
#include <belfry/mail_content.hpp>

#include <array>
#include <optional>
#include <string_view>

namespace sendgrid {
namespace {

using belfry::Json;
using belfry::JsonDom;
using belfry::JsonText;
using belfry::Mailbox;
using belfry::Rope;
using belfry::Send;

// Limits of the Mail Send endpoint: the published specification, and the page "Limitations" (30 MB in all, headers
// and attachments included).
constexpr std::size_t kMaxCategories = 10;
constexpr std::size_t kMaxCategoryBytes = 255;
constexpr std::uint64_t kMaxAttachedBytes = 30ull * 1024 * 1024 * 3 / 4;

/// Options that stand in the shared part of the request.
constexpr std::array<std::string_view, 9> kSharedOptions = {"from",          "reply_to",          "categories",
                                                            "template_id",   "ip_pool_name",      "asm",
                                                            "mail_settings", "tracking_settings", "sandbox"};

std::optional<Mailbox> sender(const Send& send, const Defaults& defaults, std::string& error) {
  return belfry::mail::mailboxOf("from", send.option("from"), defaults.from, error);
}

bool hasReplyTo(const Send& send, const Defaults& defaults) {
  return !send.option("reply_to").empty() || !defaults.reply_to.empty();
}

std::string optionFault(const Send& send) {
  for (const std::string_view name : {"asm", "mail_settings", "tracking_settings", "dynamic_template_data"}) {
    JsonDom dom;
    if (send.hasOption(name) && (!dom.parse(send.option(name)) || !dom.root().isObject()))
      return std::string(name) + ": a JSON object is allowed";
  }
  if (send.hasOption("asm")) {
    JsonDom dom;
    if (!dom.parse(send.option("asm")) || !dom.root()["group_id"].asInt())
      return "asm: an object with the number group_id is allowed";
  }
  const auto pool = send.option("ip_pool_name").size();
  if (send.hasOption("ip_pool_name") && (pool < 2 || pool > 64)) return "ip_pool_name: 2 to 64 characters are allowed";
  if (send.hasOption("sandbox") && send.option("sandbox") != "true" && send.option("sandbox") != "false")
    return "sandbox: true or false is allowed";
  return {};
}

std::string categoriesFault(const Send& send) {
  if (!send.hasOption("categories")) return {};
  constexpr const char* kAllowed = "categories: an array of at most 10 strings of 1 to 255 bytes is allowed";
  JsonDom dom;
  if (!dom.parse(send.option("categories")) || !dom.root().isArray() || dom.root().size() > kMaxCategories)
    return kAllowed;
  for (const Json category : dom.root().elements())
    if (category.asString().empty() || category.asString().size() > kMaxCategoryBytes) return kAllowed;
  return {};
}

/// The fields that SendGrid reserves beyond those that MimeMessage refuses for every provider.
std::string headersFault(const Send& send) {
  const bf_msg& raw = send.raw();
  for (std::size_t i = 0; i < raw.n_headers; ++i) {
    const auto name = belfry::view(raw.headers[i].key);
    if (belfry::mail::equalIgnoringCase(name.substr(0, 5), "x-sg-"))
      return "headers: " + std::string(name) + " is SendGrid's and cannot be set";
  }
  return {};
}

std::string attachmentsFault(const Send& send) {
  const bf_msg& raw = send.raw();
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < raw.n_attachments; ++i) {
    const bf_attachment& a = *raw.attachments[i];
    if (a.filename.n == 0) return "attachments: a filename is needed";
    if (a.length == 0) return "attachments: " + std::string(belfry::view(a.filename)) + " is empty";
    bytes += a.length;
  }
  if (bytes > kMaxAttachedBytes)
    return "attachments: " + std::to_string(bytes) + " bytes; at most " + std::to_string(kMaxAttachedBytes) +
           " are allowed, since SendGrid takes 30 MB with base64";
  return {};
}

std::string contentFault(const Send& send) {
  if (!send.option("template_id").empty()) return {};
  if (belfry::mail::subjectOf(send).empty()) return "subject: SendGrid needs one";
  if (send.text().empty() && send.content("html").empty()) return "text, html: SendGrid needs at least one";
  return {};
}

void writeMailbox(JsonText& json, const Mailbox& box) {
  json.beginObject().member("email", box.address);
  if (!box.name.empty()) json.member("name", box.name);
  json.endObject();
}

void writePersonalization(JsonText& json, const Send& send) {
  json.beginObject().key("to").beginArray();
  writeMailbox(json, {std::string(send.toName()), std::string(send.to())});
  json.endArray();
  const auto subject = belfry::mail::subjectOf(send);
  if (!subject.empty()) json.member("subject", subject);
  if (const auto headers = belfry::mail::headersOf(send); !headers.empty()) {
    json.key("headers").beginObject();
    for (const auto& [name, value] : headers) json.member(name, value);
    json.endObject();
  }
  if (send.hasOption("dynamic_template_data")) {
    JsonDom dom;
    dom.parse(send.option("dynamic_template_data"));
    json.member("dynamic_template_data", dom.root());
  }
  // Strings, although one is a number: SendGrid refuses anything else.
  json.key("custom_args").beginObject().member(kDeliveryArg, send.deliveryId());
  json.member(kAttemptArg, std::to_string(send.attempt())).endObject().endObject();
}

void writeContent(JsonText& json, const Send& send) {
  if (send.text().empty() && send.content("html").empty()) return;
  json.key("content").beginArray();
  // text/plain must stand first.
  if (!send.text().empty()) json.beginObject().member("type", "text/plain").member("value", send.text()).endObject();
  if (!send.content("html").empty())
    json.beginObject().member("type", "text/html").member("value", send.content("html")).endObject();
  json.endArray();
}

void writeCategories(JsonText& json, const Send& send, const Defaults& defaults) {
  JsonDom dom;
  if (send.hasOption("categories")) {
    dom.parse(send.option("categories"));
    json.member("categories", dom.root());
  } else if (!defaults.categories.empty()) {
    json.key("categories").beginArray();
    for (const auto& category : defaults.categories) json.value(category);
    json.endArray();
  }
}

bool asksForSandbox(const Send& send, const Defaults& defaults) {
  return send.hasOption("sandbox") ? send.option("sandbox") == "true" : defaults.sandbox;
}

void writeMailSettings(JsonText& json, const Send& send, const Defaults& defaults) {
  const bool sandbox = asksForSandbox(send, defaults);
  if (!sandbox && !send.hasOption("mail_settings")) return;
  JsonDom dom;
  dom.parse(send.hasOption("mail_settings") ? send.option("mail_settings") : "{}");
  json.key("mail_settings").beginObject();
  for (const auto [name, value] : dom.root().members())
    if (!sandbox || name != "sandbox_mode") json.member(name, value);
  if (sandbox) json.key("sandbox_mode").beginObject().member("enable", true).endObject();
  json.endObject();
}

void writeSettings(JsonText& json, const Send& send, const Defaults& defaults) {
  writeCategories(json, send, defaults);
  if (!send.option("template_id").empty()) json.member("template_id", send.option("template_id"));
  const std::string_view pool = send.hasOption("ip_pool_name") ? send.option("ip_pool_name") : defaults.ip_pool_name;
  if (!pool.empty()) json.member("ip_pool_name", pool);
  JsonDom dom;
  if (send.hasOption("asm") && dom.parse(send.option("asm"))) json.member("asm", dom.root());
  else if (defaults.asm_group_id != 0)
    json.key("asm").beginObject().member("group_id", defaults.asm_group_id).endObject();
  writeMailSettings(json, send, defaults);
  if (send.hasOption("tracking_settings") && dom.parse(send.option("tracking_settings")))
    json.member("tracking_settings", dom.root());
}

/// The bytes are the host's: it streams them in, in base64.
void appendAttachment(Rope& body, const bf_attachment& a) {
  JsonText json;
  json.beginObject().member("filename", belfry::view(a.filename)).member("type", belfry::view(a.content_type));
  json.member("disposition", a.content_id.n != 0 ? "inline" : "attachment");
  if (a.content_id.n != 0) json.member("content_id", belfry::view(a.content_id));
  body.bytes(json.text()).bytes(",\"content\":\"").blob(a.blob, BF_XFORM_BASE64).bytes("\"}");
}

}  // namespace

std::string faultOf(const Send& send, const Defaults& defaults) {
  std::string error;
  const auto from = sender(send, defaults, error);
  if (!from) return error;
  std::optional<Mailbox> reply_to;
  if (hasReplyTo(send, defaults)) {
    reply_to = belfry::mail::mailboxOf("reply_to", send.option("reply_to"), defaults.reply_to, error);
    if (!reply_to) return error;
  }
  for (const auto& fault : {belfry::mail::faultOf(send, *from, reply_to), contentFault(send), headersFault(send),
                            attachmentsFault(send), categoriesFault(send), optionFault(send)})
    if (!fault.empty()) return fault;
  return {};
}

std::uint64_t sharedKey(const Send& send) {
  if (send.raw().n_attachments != 0) return 0;
  belfry::BatchHash hash;
  hash.add(send.text());
  hash.add(send.content("html"));
  for (const auto name : kSharedOptions) hash.add(send.option(name));
  return hash.value();
}

bool sameShared(const Send& a, const Send& b) {
  if (a.raw().n_attachments != 0 || b.raw().n_attachments != 0) return false;
  if (a.text() != b.text() || a.content("html") != b.content("html")) return false;
  for (const auto name : kSharedOptions)
    if (a.option(name) != b.option(name)) return false;
  return true;
}

bool inSandbox(const Send& send, const Defaults& defaults) {
  JsonDom dom;
  return asksForSandbox(send, defaults) ||
         (send.hasOption("mail_settings") && dom.parse(send.option("mail_settings")) &&
          dom.root()["sandbox_mode"]["enable"].asBool());
}

Rope mailBody(const std::vector<Send>& messages, const Defaults& defaults) {
  const Send& first = messages.front();
  std::string error;
  JsonText json;
  json.beginObject().key("personalizations").beginArray();
  for (const auto& send : messages) writePersonalization(json, send);
  json.endArray().key("from");
  writeMailbox(json, *sender(first, defaults, error));
  if (hasReplyTo(first, defaults)) {
    json.key("reply_to");
    writeMailbox(json, *belfry::mail::mailboxOf("reply_to", first.option("reply_to"), defaults.reply_to, error));
  }
  writeContent(json, first);
  writeSettings(json, first, defaults);

  Rope body(json.text());
  const bf_msg& raw = first.raw();
  for (std::size_t i = 0; i < raw.n_attachments; ++i) {
    body.bytes(i == 0 ? ",\"attachments\":[" : ",");
    appendAttachment(body, *raw.attachments[i]);
  }
  if (raw.n_attachments != 0) body.bytes("]");
  return body.bytes("}");
}

}  // namespace sendgrid
