#include "message.h"

#include <belfry/json.hpp>
#include <belfry/json_writer.hpp>

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string_view>

namespace whatsapp {
namespace {

using belfry::Json;
using belfry::JsonDom;
using belfry::JsonText;
using belfry::Send;

/// Cloud API reference, "Text object": body at most 4096 characters; "Media object": caption at most 1024.
constexpr std::size_t kMaxText = 4096;
constexpr std::size_t kMaxCaption = 1024;

struct Refusal : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// Options that each make the message one of another kind than text.
constexpr std::string_view kKinds[] = {"template", "image",       "audio",    "video",    "document",
                                       "sticker",  "interactive", "location", "contacts", "reaction"};
/// InteractiveObject.type of the published file, and the kinds that the service has beyond it.
constexpr std::string_view kInteractive[] = {
    "button",  "call_permission_request",  "catalog_message", "list",           "product", "product_list", "flow",
    "cta_url", "location_request_message", "carousel",        "address_message"};

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string named(std::string_view a, std::string_view b) { return std::string(a) + "." + std::string(b); }

void requireText(std::string_view where, Json value) {
  if (value.asString().empty()) throw Refusal(std::string(where) + ": a text is needed");
}

void allowOnly(std::string_view where, Json object, std::initializer_list<std::string_view> names) {
  for (const auto [name, value] : object.members()) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    std::string allowed;
    for (const auto n : names) allowed += (allowed.empty() ? "" : ", ") + std::string(n);
    throw Refusal(named(where, name) + " is not known; allowed: " + allowed);
  }
}

/// Everything but the envelope, by kind.
class Content {
 public:
  Content(const Send& send, std::string_view kind) : send_(send), kind_(kind) {
    if (kind == "text") return;
    if (!dom_.parse(send.option(kind)))
      throw Refusal(std::string(kind) + " is \"" + std::string(send.option(kind).substr(0, 80)) +
                    "\"; allowed: JSON, see the options of this plugin");
    if (kind != "contacts" && !dom_.root().isObject()) throw Refusal(std::string(kind) + ": a JSON object is allowed");
  }

  void write(JsonText& json) const {
    if (kind_ == "text") return text(json);
    if (kind_ == "template") return templated(json);
    if (kind_ == "interactive") return interactive(json);
    if (kind_ == "contacts") return contacts(json);
    if (kind_ == "location")
      return plain(json, {"latitude", "longitude", "name", "address"}, {"latitude", "longitude"});
    if (kind_ == "reaction") return plain(json, {"message_id", "emoji"}, {"message_id"});
    media(json);
  }

 private:
  Json given() const { return dom_.root(); }

  void text(JsonText& json) const {
    const auto body = send_.text();
    if (body.empty()) throw Refusal("content: it is empty; allowed: text (or body), or an option such as template");
    if (const auto length = characters(body); length > kMaxText)
      throw Refusal("text has " + std::to_string(length) + " characters; allowed: at most 4096");
    const auto preview = send_.option("preview_url");
    if (!preview.empty() && preview != "true" && preview != "false")
      throw Refusal("preview_url is \"" + std::string(preview.substr(0, 80)) + "\"; allowed: true or false");
    json.beginObject().member("body", body);
    if (!preview.empty()) json.member("preview_url", preview == "true");
    json.endObject();
  }

  /// The published file needs language.policy, which has one value; the service does without.
  void templated(JsonText& json) const {
    allowOnly("template", given(), {"name", "language", "components"});
    requireText("template.name", given()["name"]);
    const Json language = given()["language"];
    const auto code = language.isObject() ? language["code"].asString() : language.asString(send_.language());
    if (code.empty()) throw Refusal("template.language: a code such as en_US is needed");
    json.beginObject().member("name", given()["name"]);
    json.key("language").beginObject().member("policy", "deterministic").member("code", code).endObject();
    const Json components = given()["components"];
    if (components.exists()) {
      if (!components.isArray()) throw Refusal("template.components: an array is allowed");
      for (const Json component : components.elements()) requireText("template.components.type", component["type"]);
      json.member("components", components);
    }
    json.endObject();
  }

  bool captioned() const { return kind_ == "image" || kind_ == "video" || kind_ == "document"; }

  void media(JsonText& json) const {
    if (kind_ == "document") allowOnly(kind_, given(), {"id", "link", "caption", "filename"});
    else if (captioned()) allowOnly(kind_, given(), {"id", "link", "caption"});
    else allowOnly(kind_, given(), {"id", "link"});
    const auto id = given()["id"].asString();
    const auto link = given()["link"].asString();
    if (id.empty() == link.empty()) throw Refusal(std::string(kind_) + ": exactly one of id and link is needed");
    if (!link.empty() && link.substr(0, 8) != "https://" && link.substr(0, 7) != "http://")
      throw Refusal(named(kind_, "link") + " is \"" + std::string(link.substr(0, 80)) +
                    "\"; allowed: https:// or http://");
    json.beginObject();
    if (!id.empty()) json.member("id", id);
    else json.member("link", link);
    const auto caption = captioned() ? given()["caption"].asString(send_.text()) : std::string_view();
    if (characters(caption) > kMaxCaption)
      throw Refusal(named(kind_, "caption") + " has " + std::to_string(characters(caption)) +
                    " characters; allowed: at most 1024");
    if (!caption.empty()) json.member("caption", caption);
    if (const auto name = given()["filename"].asString(); !name.empty()) json.member("filename", name);
    json.endObject();
  }

  void interactive(JsonText& json) const {
    allowOnly("interactive", given(), {"type", "header", "body", "footer", "action"});
    const auto type = given()["type"].asString();
    if (std::find(std::begin(kInteractive), std::end(kInteractive), type) == std::end(kInteractive))
      throw Refusal("interactive.type is \"" + std::string(type.substr(0, 80)) +
                    "\"; allowed: button, list, cta_url, flow, product, product_list, catalog_message, "
                    "call_permission_request, location_request_message, carousel, address_message");
    const Json action = given()["action"];
    if (!action.isObject()) throw Refusal("interactive.action: a JSON object is needed");
    if (type == "button") requireCount("interactive.action.buttons", action["buttons"], 3);
    if (type == "list") requireCount("interactive.action.sections", action["sections"], 10);
    json.beginObject().member("type", type);
    if (given()["header"].exists()) json.member("header", given()["header"]);
    if (given()["body"].exists()) json.member("body", given()["body"]);
    else if (!send_.text().empty()) json.key("body").beginObject().member("text", send_.text()).endObject();
    if (given()["footer"].exists()) json.member("footer", given()["footer"]);
    json.member("action", action).endObject();
  }

  static void requireCount(std::string_view where, Json array, std::size_t most) {
    if (!array.isArray() || array.size() == 0 || array.size() > most)
      throw Refusal(std::string(where) + " has " + std::to_string(array.size()) + " members; allowed: 1 to " +
                    std::to_string(most));
  }

  void contacts(JsonText& json) const {
    requireCount("contacts", given(), 5);
    for (const Json contact : given().elements())
      if (!contact["name"].isObject()) throw Refusal("contacts: each needs a name, with formatted_name");
    json.value(given());
  }

  void plain(JsonText& json, std::initializer_list<std::string_view> allowed,
             std::initializer_list<std::string_view> needed) const {
    allowOnly(kind_, given(), allowed);
    for (const auto name : needed)
      if (!given()[name].isString() && !given()[name].isNumber()) throw Refusal(named(kind_, name) + ": it is needed");
    json.value(given());
  }

  const Send& send_;
  std::string_view kind_;
  JsonDom dom_;
};

std::string_view kindOf(const Send& send) {
  std::string_view found = "text";
  for (const auto kind : kKinds) {
    if (!send.hasOption(kind)) continue;
    if (found != "text")
      throw Refusal(std::string(found) + ", " + std::string(kind) + ": a message is of one kind; allowed: one of them");
    found = kind;
  }
  return found;
}

std::string jsonOf(const Send& send, std::string_view kind) {
  if (send.raw().n_attachments != 0)
    throw Refusal(
        "attachments: allowed are media by link or id, in the options image, audio, video, document, sticker");
  JsonText json;
  json.beginObject().member("messaging_product", "whatsapp").member("recipient_type", "individual");
  json.member("to", send.to());
  if (const auto message = send.option("reply_to"); !message.empty())
    json.key("context").beginObject().member("message_id", message).endObject();
  json.member("type", kind).key(kind);
  Content(send, kind).write(json);
  return json.member("biz_opaque_callback_data", correlation(send)).endObject().take();
}

}  // namespace

Body messageBody(const Send& send) {
  try {
    const auto kind = kindOf(send);
    return {jsonOf(send, kind), {}, kind == "template"};
  } catch (const Refusal& refusal) {
    return {{}, refusal.what(), false};
  }
}

std::string correlation(const Send& send) {
  return std::string(send.deliveryId()) + "/" + std::to_string(send.attempt());
}

std::string waId(std::string_view phone) {
  std::string digits;
  for (const char c : phone)
    if (c >= '0' && c <= '9') digits += c;
  return digits;
}

}  // namespace whatsapp
