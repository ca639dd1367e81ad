#include "message.h"

#include <belfry/json.hpp>
#include <belfry/json_writer.hpp>

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace fcm {
namespace {

using belfry::Json;
using belfry::JsonDom;
using belfry::JsonText;
using belfry::Send;

/// https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode, "Message too big"
constexpr std::size_t kMaxPayload = 4096;
constexpr std::size_t kMaxTopicPayload = 2048;
/// AndroidConfig.ttl: four weeks at most
constexpr std::int64_t kMaxTtl = 28 * 24 * 3600;

using Names = std::vector<std::string_view>;

/// Members of a platform's block, as in the discovery document fcm:v1. proto3 JSON takes snake_case too.
const Names kAndroid = {"collapseKey",  "data",     "directBootOk",          "fcmOptions",
                        "notification", "priority", "restrictedPackageName", "ttl"};
const Names kApns = {"fcmOptions", "headers", "payload"};
const Names kWebpush = {"data", "fcmOptions", "headers", "notification"};
const Names kFcmOptions = {"analyticsLabel"};

struct Refusal : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

std::string camelCase(std::string_view name) {
  std::string out;
  bool upper = false;
  for (const char c : name) {
    if (c == '_') upper = true;
    else out += std::exchange(upper, false) && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

std::string joined(const Names& names) {
  std::string out;
  for (const auto name : names) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

/// Strings only: FCM takes no other values, and to make text of them would hide a mistake.
void requireTexts(std::string_view where, Json object) {
  if (!object.isObject()) throw Refusal(std::string(where) + ": an object of texts is allowed");
  for (const auto [name, value] : object.members())
    if (!value.isString())
      throw Refusal(std::string(where) + "." + std::string(name) + " is no text; allowed: texts only, such as \"1\"");
}

/// Message.data: not "from", "message_type", or any word starting with "google" or "gcm".
void requireData(std::string_view where, Json data) {
  requireTexts(where, data);
  for (const auto [name, value] : data.members())
    if (name == "from" || name == "message_type" || name.substr(0, 6) == "google" || name.substr(0, 3) == "gcm")
      throw Refusal(std::string(where) + "." + std::string(name) +
                    " is a word of FCM's own; allowed: names other than from, message_type, google…, gcm…");
}

/// One option that is a JSON object; absent: it has no members.
class Option {
 public:
  Option(const Send& send, std::string_view name) : name_(name) {
    if (!send.hasOption(name)) return;
    if (!dom_.parse(send.option(name)) || !dom_.root().isObject())
      throw Refusal(name_ + " is \"" + std::string(send.option(name).substr(0, 80)) + "\"; allowed: a JSON object");
    given_ = true;
  }
  Option(const Send& send, std::string_view name, const Names& allowed) : Option(send, name) {
    for (const auto [member, value] : root().members())
      if (std::find(allowed.begin(), allowed.end(), camelCase(member)) == allowed.end())
        throw Refusal(name_ + "." + std::string(member) + " is not known; allowed: " + joined(allowed));
    if (member("data").exists()) requireData(name_ + ".data", member("data"));
    if (member("headers").exists()) requireTexts(name_ + ".headers", member("headers"));
    for (const auto object : {"notification", "payload", "fcmOptions"})
      if (member(object).exists() && !member(object).isObject())
        throw Refusal(name_ + "." + object + ": a JSON object is allowed");
  }
  bool given() const { return given_; }
  Json root() const { return given_ ? dom_.root() : Json(); }
  /// By its name in either spelling.
  Json member(std::string_view name) const {
    for (const auto [key, value] : root().members())
      if (camelCase(key) == name) return value;
    return {};
  }

 private:
  std::string name_;
  JsonDom dom_;
  bool given_ = false;
};

struct Target {
  std::string_view kind;  ///< token, topic or condition
  std::string_view value;
  std::size_t limit;
};

Target targetOf(const Send& send) {
  const auto topic = send.option("topic");
  const auto condition = send.option("condition");
  if (!topic.empty() && !condition.empty()) throw Refusal("topic, condition: at most one of them is allowed");
  if (!condition.empty()) return {"condition", condition, kMaxTopicPayload};
  if (topic.empty()) return {"token", send.to(), kMaxPayload};
  for (const char c : topic)
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
          std::string_view("-_.~%").find(c) != std::string_view::npos))
      throw Refusal("topic is \"" + std::string(topic.substr(0, 80)) +
                    "\"; allowed: letters, digits, '-', '_', '.', '~', '%', without /topics/ before it");
  return {"topic", topic, kMaxTopicPayload};
}

/// Writes a block: what the sender gave, then what it left out.
class Block {
 public:
  Block(JsonText& json, Json given) : json_(json), given_(given) {
    json_.beginObject();
    for (const auto [name, value] : given.members()) json_.key(name).value(value);
  }
  /// A default for a member that was not given.
  Block& otherwise(std::string_view name, std::string_view value) {
    if (!has(name) && !value.empty()) json_.member(name, value);
    return *this;
  }
  bool has(std::string_view name) const {
    for (const auto [key, value] : given_.members())
      if (camelCase(key) == camelCase(name)) return true;
    return false;
  }
  void end() { json_.endObject(); }

 private:
  JsonText& json_;
  Json given_;
};

/// One object with the members of `given` but one, which is written by `write` instead.
template <class Write>
void withMember(JsonText& json, Json given, std::string_view replaced, Write&& write) {
  for (const auto [name, value] : given.members())
    if (camelCase(name) != replaced) json.key(name).value(value);
  json.key(replaced);
  write();
}

class Message {
 public:
  Message(const Send& send, std::int64_t now_ms)
      : send_(send),
        target_(targetOf(send)),
        data_(send, "data"),
        android_(send, "android", kAndroid),
        apns_(send, "apns", kApns),
        webpush_(send, "webpush", kWebpush),
        fcm_options_(send, "fcm_options", kFcmOptions) {
    if (send.raw().n_attachments != 0)
      throw Refusal("attachments: FCM takes none; allowed: the option image with a URL");
    if (data_.given()) requireData("data", data_.root());
    title_ = send.content("title").empty() ? send.content("subject") : send.content("title");
    body_ = send.content("body").empty() ? send.content("text") : send.content("body");
    shown_ = !title_.empty() || !body_.empty() || !send.option("image").empty();
    if (!shown_ && data_.root().size() == 0 && !android_.given() && !apns_.given() && !webpush_.given())
      throw Refusal("content: it is empty; allowed: title, body, or the option data");
    if (send.expiresMs() != 0) {
      const std::int64_t left = (send.expiresMs() - now_ms) / 1000;
      if (left < 1) throw Refusal("expiresAt: it has passed");
      ttl_ = std::min(left, kMaxTtl);
      expires_ = now_ms / 1000 + ttl_;
    }
    collapse_ = send.option("collapse_key").empty() ? send.deliveryId() : send.option("collapse_key");
  }

  std::string json() const {
    checkSizes();
    JsonText json;
    json.beginObject().key("message").beginObject().member(target_.kind, target_.value);
    writePayload(json);
    if (reaches("android")) writeAndroid(json);
    if (reaches("ios")) writeApns(json);
    if (reaches("web")) writeWebpush(json);
    if (fcm_options_.given()) json.key("fcmOptions").value(fcm_options_.root());
    return json.endObject().endObject().take();
  }

 private:
  /// A token of a known kind needs no other platform's block.
  bool reaches(std::string_view kind) const {
    return target_.kind != "token" || send_.toKind().empty() || send_.toKind() == kind;
  }

  void writePayload(JsonText& json) const {
    if (shown_) {
      json.key("notification").beginObject();
      if (!title_.empty()) json.member("title", title_);
      if (!body_.empty()) json.member("body", body_);
      if (!send_.option("image").empty()) json.member("image", send_.option("image"));
      json.endObject();
    }
    if (data_.root().size() != 0) json.key("data").value(data_.root());
  }

  /// What a device shows twice it shows once, when both have the same key: so a repeat replaces. FCM keeps four keys a
  /// device while it is offline, so a message without a notification gets one only when it asks.
  bool collapses() const { return shown_ || send_.hasOption("collapse_key"); }
  std::string_view key() const { return collapses() ? collapse_ : std::string_view(); }

  void writeAndroid(JsonText& json) const {
    json.key("android").beginObject();
    const auto rest = [&](Json given) {
      for (const auto [name, value] : given.members())
        if (camelCase(name) != "notification") json.key(name).value(value);
    };
    rest(android_.root());
    if (!android_.member("collapseKey").exists() && !key().empty()) json.member("collapseKey", key());
    if (!android_.member("priority").exists()) json.member("priority", send_.priority() <= 1 ? "HIGH" : "NORMAL");
    if (!android_.member("ttl").exists() && ttl_ != 0) json.member("ttl", std::to_string(ttl_) + "s");
    if (shown_ || android_.member("notification").exists()) {
      json.key("notification");
      Block(json, android_.member("notification")).otherwise("tag", key()).end();
    }
    json.endObject();
  }

  /// APNs: apns-collapse-id has at most 64 bytes; priority 5 only for what shows nothing.
  void writeApns(JsonText& json) const {
    json.key("apns").beginObject();
    withMember(json, apns_.root(), "headers", [&] {
      Block headers(json, apns_.member("headers"));
      headers.otherwise("apns-collapse-id", key().size() <= 64 ? key() : std::string_view());
      headers.otherwise("apns-priority", shown_ && send_.priority() <= 2 ? "10" : "5");
      if (ttl_ != 0) headers.otherwise("apns-expiration", std::to_string(expires_));
      headers.end();
    });
    json.endObject();
  }

  void writeWebpush(JsonText& json) const {
    json.key("webpush").beginObject();
    withMember(json, webpush_.root(), "headers", [&] {
      Block headers(json, webpush_.member("headers"));
      headers.otherwise("Urgency", send_.priority() <= 1 ? "high" : send_.priority() == 2 ? "normal" : "low");
      if (ttl_ != 0) headers.otherwise("TTL", std::to_string(ttl_));
      headers.end();
    });
    json.endObject();
  }

  /// FCM counts keys and values of what reaches the device; each platform's block stands for or beside the common part.
  void checkSizes() const {
    JsonText common;
    common.beginObject();
    writePayload(common);
    common.endObject();
    checkSize("notification and data", common.text().size());
    checkSize("android", size(android_.member("notification")) + size(android_.member("data")));
    checkSize("apns.payload", size(apns_.member("payload")));
    checkSize("webpush", size(webpush_.member("notification")) + size(webpush_.member("data")));
  }
  static std::size_t size(Json value) {
    if (!value.exists()) return 0;
    JsonText json;
    json.value(value);
    return json.text().size();
  }
  void checkSize(std::string_view what, std::size_t bytes) const {
    if (bytes > target_.limit)
      throw Refusal(std::string(what) + ": " + std::to_string(bytes) + " bytes as JSON; allowed: at most " +
                    std::to_string(target_.limit) + " to a " + std::string(target_.kind));
  }

  const Send& send_;
  Target target_;
  Option data_;
  Option android_;
  Option apns_;
  Option webpush_;
  Option fcm_options_;
  std::string_view title_;
  std::string_view body_;
  bool shown_ = false;
  std::int64_t ttl_ = 0;  ///< seconds; 0: FCM's default
  std::int64_t expires_ = 0;
  std::string_view collapse_;
};

}  // namespace

Body messageBody(const Send& send, std::int64_t now_ms) {
  try {
    return {Message(send, now_ms).json(), {}};
  } catch (const Refusal& refusal) {
    return {{}, refusal.what()};
  }
}

}  // namespace fcm
