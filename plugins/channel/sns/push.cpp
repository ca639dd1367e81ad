#include "push.h"

#include <belfry/json.hpp>
#include <belfry/json_writer.hpp>
#include <belfry/mail_chars.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

namespace sns {
namespace {

using belfry::Json;
using belfry::JsonDom;
using belfry::JsonText;
using belfry::Send;

// The push services' own limit on a payload (APNs "Generating a remote notification", FCM "About FCM messages"), and
// that of SNS on a message (API reference, Publish: Message).
constexpr std::size_t kMaxPayload = 4096;
constexpr std::size_t kMaxMessage = 262'144;
constexpr std::int64_t kMaxTtl_s = 28 * 86'400;  // FCM; APNs keeps them for as long as is said

/// A platform of SNS: what its message is called, and its attribute for the time to live (SNS Developer Guide, "Message
/// attributes for mobile push notifications").
struct Platform {
  std::string_view name;
  std::string_view ttl_attribute;
  bool apple;
};
constexpr Platform kPlatforms[] = {
    {"GCM", "AWS.SNS.MOBILE.FCM.TTL", false},
    {"APNS", "AWS.SNS.MOBILE.APNS.TTL", true},
    {"APNS_SANDBOX", "AWS.SNS.MOBILE.APNS_SANDBOX.TTL", true},
};

/// arn:aws:sns:region:account:endpoint/GCM/app/uuid means GCM.
std::string_view platformName(std::string_view arn) {
  const auto at = arn.find(":endpoint/");
  if (at == std::string_view::npos) return {};
  arn.remove_prefix(at + 10);
  return arn.substr(0, arn.find('/'));
}

/// Those that a message is written for: the endpoint's own, or, for a topic, all.
std::vector<Platform> platformsOf(std::string_view endpoint_arn) {
  std::vector<Platform> out;
  for (const auto& platform : kPlatforms)
    if (endpoint_arn.empty() || platform.name == platformName(endpoint_arn)) out.push_back(platform);
  return out;
}

std::string_view title(const Send& send) {
  return send.content("title").empty() ? send.content("subject") : send.content("title");
}
std::string_view body(const Send& send) {
  return send.content("body").empty() ? send.content("text") : send.content("body");
}

/// Titles and texts of a notification; none for one that only brings data.
void writeAlert(JsonText& json, std::string_view name, const Send& send) {
  if (title(send).empty() && body(send).empty()) return;
  json.key(name).beginObject();
  if (!title(send).empty()) json.member("title", title(send));
  if (!body(send).empty()) json.member("body", body(send));
  json.endObject();
}

/// FCM takes texts alone.
void writeStrings(JsonText& json, Json data) {
  json.beginObject();
  for (const auto [name, value] : data.members()) {
    std::string text;
    if (value.isString()) text = value.asString();
    else belfry::writeJson(text, value);
    json.member(name, text);
  }
  json.endObject();
}

/// Members of an object of the options, but for those that stand there already.
void writeOthers(JsonText& json, Json object, std::initializer_list<std::string_view> taken) {
  for (const auto [name, value] : object.members())
    if (std::find(taken.begin(), taken.end(), name) == taken.end()) json.member(name, value);
}

std::string fcmPayload(const Send& send) {
  JsonDom data;
  JsonDom android;
  JsonText json;
  json.beginObject().key("fcmV1Message").beginObject().key("message").beginObject();
  writeAlert(json, "notification", send);
  if (send.hasOption("data") && data.parse(send.option("data"))) {
    json.key("data");
    writeStrings(json, data.root());
  }
  if (send.hasOption("android") && android.parse(send.option("android"))) json.member("android", android.root());
  return json.endObject().endObject().endObject().take();
}

std::optional<std::int64_t> wholeNumber(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string apnsPayload(const Send& send) {
  JsonDom data;
  JsonDom aps;
  JsonText json;
  json.beginObject().key("aps").beginObject();
  writeAlert(json, "alert", send);
  if (const auto badge = wholeNumber(send.option("badge"))) json.member("badge", *badge);
  if (!send.option("sound").empty()) json.member("sound", send.option("sound"));
  if (send.hasOption("aps") && aps.parse(send.option("aps")))
    writeOthers(json, aps.root(), {"alert", "badge", "sound"});
  json.endObject();
  if (send.hasOption("data") && data.parse(send.option("data"))) writeOthers(json, data.root(), {"aps"});
  return json.endObject().take();
}

std::string payload(const Platform& platform, const Send& send) {
  return platform.apple ? apnsPayload(send) : fcmPayload(send);
}

/// What other protocols of a topic get. SNS wants one, also where there is only data.
std::string_view defaultText(const Send& send) {
  if (!body(send).empty()) return body(send);
  return title(send).empty() ? std::string_view("data") : title(send);
}

/// MessageStructure json: a text for each platform, each of which is JSON again.
std::string message(const Send& send, std::string_view endpoint_arn) {
  JsonText json;
  json.beginObject().member("default", defaultText(send));
  for (const auto& platform : platformsOf(endpoint_arn)) json.member(platform.name, payload(platform, send));
  return json.endObject().take();
}

/// Seconds that the message is worth keeping; empty: not said.
std::string timeToLive(const Send& send, std::int64_t now_ms) {
  if (const auto ttl = wholeNumber(send.option("ttl_s"))) return std::to_string(*ttl);
  if (send.expiresMs() == 0) return {};
  return std::to_string(std::clamp<std::int64_t>((send.expiresMs() - now_ms) / 1000, 0, kMaxTtl_s));
}

void writeAttributes(Attributes attributes, const Send& send, std::string_view endpoint_arn, std::int64_t now_ms) {
  const auto ttl = timeToLive(send, now_ms);
  bool apple = false;
  for (const auto& platform : platformsOf(endpoint_arn)) {
    attributes.text(platform.ttl_attribute, ttl);
    apple = apple || platform.apple;
  }
  if (!apple) return;
  attributes.text("AWS.SNS.MOBILE.APNS.PUSH_TYPE", send.option("push_type"));
  attributes.text("AWS.SNS.MOBILE.APNS.COLLAPSE_ID", send.option("collapse_id"));
  attributes.text("AWS.SNS.MOBILE.APNS.TOPIC", send.option("apns_topic"));
}

bool isFifo(std::string_view topic_arn) {
  constexpr std::string_view kEnd = ".fifo";
  return topic_arn.size() > kEnd.size() && topic_arn.substr(topic_arn.size() - kEnd.size()) == kEnd;
}

/// What follows the target, in Publish and in each entry of PublishBatch. `prefix`: of the entry's fields.
void writeMessage(Query& query, const std::string& prefix, const Send& send, std::string_view endpoint_arn,
                  std::int64_t now_ms) {
  query.add(prefix + "Message", message(send, endpoint_arn)).add(prefix + "MessageStructure", "json");
  if (endpoint_arn.empty() && isFifo(send.option("topic_arn"))) {
    query.add(prefix + "MessageGroupId", send.option("group_id"));
    query.add(prefix + "MessageDeduplicationId", send.deliveryId());  // stable over attempts
  }
  writeAttributes(Attributes(query, prefix), send, endpoint_arn, now_ms);
}

bool isWhole(std::string_view text, std::int64_t low, std::int64_t high) {
  const auto value = wholeNumber(text);
  return value && *value >= low && *value <= high;
}

std::string optionsFault(const Send& send) {
  for (const std::string_view name : {"data", "android", "aps"}) {
    JsonDom dom;
    if (send.hasOption(name) && (!dom.parse(send.option(name)) || !dom.root().isObject()))
      return std::string(name) + ": a JSON object is allowed";
  }
  if (!send.option("badge").empty() && !isWhole(send.option("badge"), 0, 1'000'000))
    return "badge: a whole number from 0 to 1000000 is allowed";
  if (!send.option("ttl_s").empty() && !isWhole(send.option("ttl_s"), 0, kMaxTtl_s))
    return "ttl_s: a whole number from 0 to 2419200 is allowed";
  const auto type = send.option("push_type");
  if (!type.empty() && type != "alert" && type != "background" && type != "voip" && type != "complication" &&
      type != "fileprovider" && type != "mdm" && type != "liveactivity")
    return "push_type: alert, background, voip, complication, fileprovider, mdm or liveactivity is allowed";
  if (send.option("collapse_id").size() > 64) return "collapse_id: at most 64 bytes are allowed";
  return {};
}

std::string targetFault(const Send& send, const Applications& applications, const std::vector<std::string>& topics) {
  const auto topic = send.option("topic_arn");
  if (!topic.empty()) {
    if (std::find(topics.begin(), topics.end(), topic) == topics.end())
      return "topic_arn: it is not one of the provider's topic_arns";
    const auto group = send.option("group_id");
    return isFifo(topic) && (group.empty() || group.size() > 128)
               ? "group_id: a .fifo topic needs one of 1 to 128 bytes"
               : "";
  }
  if (isEndpointArn(send.to())) return {};
  if (send.to().empty() || send.to().size() > 4096) return "to: a device token or the ARN of an endpoint is needed";
  for (const char c : send.to())
    if (c <= ' ' || c > '~') return "to: a device token is printable ASCII without spaces";
  if (applicationOf(send, applications).empty())
    return "to_kind: no platform application is set for \"" + std::string(send.toKind()) +
           "\" tokens; see android_application_arn, ios_application_arn and web_application_arn";
  return {};
}

std::string contentFault(const Send& send) {
  if (title(send).empty() && body(send).empty() && !send.hasOption("data"))
    return "title, body: a notification without data needs at least one";
  for (const auto text : {title(send), body(send)})
    if (!belfry::mail::isUtf8(text)) return "title, body: UTF-8 is needed";
  for (const auto& platform : kPlatforms) {
    const auto n = payload(platform, send).size();
    if (n > kMaxPayload) return "body: the payload has " + std::to_string(n) + " bytes; at most 4096 are allowed";
  }
  if (send.raw().n_attachments != 0) return "attachments: push messages have none";
  return {};
}

bool isArn(std::string_view text, std::string_view resource) {
  if (text.substr(0, 4) != "arn:" || text.size() > 2048) return false;
  for (const char c : text)
    if (c <= ' ' || c > '~') return false;
  const auto service = text.find(":sns:");
  return service != std::string_view::npos && text.find(resource, service) != std::string_view::npos;
}

}  // namespace

bool isTopicArn(std::string_view text) { return isArn(text, ":") && text.find('/') == std::string_view::npos; }
bool isApplicationArn(std::string_view text) { return isArn(text, ":app/"); }
bool isEndpointArn(std::string_view text) { return isArn(text, ":endpoint/"); }

std::string_view applicationOf(const Send& send, const Applications& applications) {
  if (send.toKind() == "ios") return applications.ios;
  if (send.toKind() == "android") return applications.android;
  return send.toKind() == "web" ? std::string_view(applications.web) : std::string_view();
}

std::string pushFault(const Send& send, const Applications& applications, const std::vector<std::string>& topic_arns,
                      std::int64_t now_ms) {
  if (send.expiresMs() != 0 && send.expiresMs() <= now_ms) return "expires: the time has passed";
  for (const auto& fault : {targetFault(send, applications, topic_arns), optionsFault(send)})
    if (!fault.empty()) return fault;
  return contentFault(send);
}

Query endpointCall(const Send& send, std::string_view application_arn) {
  Query query("CreatePlatformEndpoint");
  query.add("PlatformApplicationArn", application_arn).add("Token", send.to());
  return query;
}

Query pushCall(const Send& send, std::string_view endpoint_arn, std::int64_t now_ms) {
  Query query("Publish");
  if (endpoint_arn.empty()) query.add("TopicArn", send.option("topic_arn"));
  else query.add("TargetArn", endpoint_arn);
  writeMessage(query, "", send, endpoint_arn, now_ms);
  return query;
}

Query topicBatchCall(const std::vector<Send>& messages, std::int64_t now_ms) {
  Query query("PublishBatch");
  query.add("TopicArn", messages.front().option("topic_arn"));
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const std::string prefix = "PublishBatchRequestEntries.member." + std::to_string(i + 1) + ".";
    query.add(prefix + "Id", std::to_string(i));
    writeMessage(query, prefix, messages[i], {}, now_ms);
  }
  return query;
}

std::size_t messageBytes(const Send& send) { return message(send, {}).size(); }

}  // namespace sns
