#include "event.h"

#include <belfry/civil_time.hpp>
#include <belfry/json_writer.hpp>

#include <cstddef>

namespace webhook {
namespace {

using belfry::JsonText;
using belfry::Rope;
using belfry::Send;

constexpr std::size_t kMostPayload = 256 * 1024;

void text(JsonText& json, std::string_view name, std::string_view value) {
  if (!value.empty()) json.member(name, value);
}

void recipient(JsonText& json, const Send& send) {
  json.key("recipient").beginObject();
  text(json, "user_id", send.userId());
  text(json, "name", send.toName());
  text(json, "language", send.language());
  json.endObject();
}

void content(JsonText& json, const Send& send) {
  json.key("content").beginObject();
  for (const auto name : {"title", "subject", "text", "body", "html"})
    if (send.hasContent(name)) json.member(name, send.content(name));
  json.endObject();
}

/// As a file travels: its bytes stay in the host, which puts them in as base64.
void attachments(JsonText& json, const Send& send, Rope& out) {
  const bf_msg& raw = send.raw();
  if (raw.n_attachments == 0) return;
  json.key("attachments").beginArray();
  for (std::size_t i = 0; i < raw.n_attachments; ++i) {
    const bf_attachment& a = *raw.attachments[i];
    json.beginObject()
        .member("filename", belfry::view(a.filename))
        .member("content_type", belfry::view(a.content_type));
    text(json, "content_id", belfry::view(a.content_id));
    json.key("base64").raw("\"");
    out.bytes(json.take());
    out.blob(a.blob, BF_XFORM_BASE64);
    json.fragment("\"").endObject();
  }
  json.endArray();
}

/// "": it is written. Otherwise why not.
std::string payload(JsonText& json, std::string_view option) {
  belfry::JsonDom dom;
  if (!dom.parse(option) || !dom.root().isObject()) return "options.payload is no JSON object";
  if (option.size() > kMostPayload) return "options.payload is over 256 KiB";
  json.value(dom.root());
  return {};
}

void notification(JsonText& json, const Send& send, Rope& out) {
  json.beginObject().member("delivery_id", send.deliveryId());
  recipient(json, send);
  content(json, send);
  belfry::JsonDom metadata;
  if (metadata.parse(send.metadataJson()) && metadata.root().isObject() && metadata.root().size() != 0)
    json.member("metadata", metadata.root());
  attachments(json, send, out);
  json.endObject();
}

}  // namespace

bool isEventType(std::string_view type) {
  char before = '.';
  for (const char c : type) {
    const bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (!word && (c != '.' || before == '.')) return false;
    before = c;
  }
  return before != '.' && type.size() <= 100;
}

std::string writeEvent(const Send& send, std::string_view type, Rope& out) {
  JsonText json;
  json.beginObject().member("type", type).member("timestamp", belfry::rfc3339Text(send.createdMs())).key("data");
  if (send.hasOption("payload")) {
    if (send.raw().n_attachments != 0) return "options.payload takes the place of the message, which has attachments";
    if (auto why = payload(json, send.option("payload")); !why.empty()) return why;
  } else {
    notification(json, send, out);
  }
  json.endObject();
  out.bytes(json.take());
  return {};
}

}  // namespace webhook
