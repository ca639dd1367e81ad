#include "message.h"

#include <belfry/json.hpp>
#include <belfry/receipt.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <vector>

namespace twilio {
namespace {

using belfry::Form;
using belfry::Send;

/// twilio_api_v2010, CreateMessage: Body "up to 1,600 characters", MediaUrl "up to ten", ValidityPeriod 1 to 36000.
constexpr std::size_t kMaxBody = 1600;
constexpr std::size_t kMaxMedia = 10;
constexpr std::int64_t kMaxValidity = 36000;

/// Options that go to one parameter as they are. Not offered: SendAt and ScheduleType (Belfry schedules), MaxPrice
/// (obsolete), ForceDelivery (reserved), Attempt and TrafficType (of no use to a sender).
struct Plain {
  std::string_view option;
  std::string_view parameter;
  std::string_view allowed;  ///< words parted by |; empty: any text
};
constexpr Plain kPlain[] = {
    {"application_sid", "ApplicationSid", ""},
    {"provide_feedback", "ProvideFeedback", "true|false"},
    {"content_retention", "ContentRetention", "retain|discard"},
    {"address_retention", "AddressRetention", "retain|obfuscate"},
    {"smart_encoded", "SmartEncoded", "true|false"},
    {"shorten_urls", "ShortenUrls", "true|false"},
    {"send_as_mms", "SendAsMms", "true|false"},
    {"risk_check", "RiskCheck", "enable|disable"},
    {"fallback_from", "FallbackFrom", ""},
};

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool isOneOf(std::string_view word, std::string_view allowed) {
  while (!allowed.empty()) {
    const auto end = allowed.find('|');
    if (allowed.substr(0, end) == word) return true;
    allowed = end == std::string_view::npos ? std::string_view() : allowed.substr(end + 1);
  }
  return false;
}

std::string refusal(std::string_view option, std::string_view value, std::string_view allowed) {
  return std::string(option) + " is \"" + std::string(value.substr(0, 80)) + "\"; allowed: " + std::string(allowed);
}

/// An option that is one text, or a JSON array of texts. nullopt when it is neither.
std::optional<std::vector<std::string>> texts(std::string_view option) {
  if (option.substr(0, 1) != "[") return std::vector<std::string>{std::string(option)};
  belfry::JsonDom dom;
  if (!dom.parse(option)) return std::nullopt;
  std::vector<std::string> out;
  for (const auto item : dom.root().elements()) {
    if (!item.isString()) return std::nullopt;
    out.emplace_back(item.asString());
  }
  return out;
}

std::string addSender(Form& form, const Send& send, const Sender& configured) {
  Sender sender = configured;
  if (send.hasOption("from") || send.hasOption("messaging_service_sid"))
    sender = {send.option("from"), send.option("messaging_service_sid")};
  if (sender.from.empty() && sender.messaging_service_sid.empty())
    return "from: the options empty the sender; allowed: from, messaging_service_sid, or none of the two";
  if (!sender.from.empty()) form.add("From", sender.from);
  if (!sender.messaging_service_sid.empty()) form.add("MessagingServiceSid", sender.messaging_service_sid);
  return {};
}

std::string addMedia(Form& form, const Send& send) {
  const auto urls = texts(send.option("media_url"));
  if (!urls) return refusal("media_url", send.option("media_url"), "one URL, or an array of them");
  if (urls->size() > kMaxMedia) return "media_url has " + std::to_string(urls->size()) + " URLs; allowed: at most 10";
  for (const auto& url : *urls) {
    if (url.rfind("https://", 0) != 0 && url.rfind("http://", 0) != 0)
      return refusal("media_url", url, "a URL that Twilio can reach, https:// or http://");
    form.add("MediaUrl", url);
  }
  return {};
}

/// A content template brings its own text.
std::string addTemplate(Form& form, const Send& send) {
  form.add("ContentSid", send.option("content_sid"));
  if (!send.hasOption("content_variables")) return {};
  belfry::JsonDom dom;
  if (!dom.parse(send.option("content_variables")) || !dom.root().isObject())
    return refusal("content_variables", send.option("content_variables"), "an object of the template's variables");
  form.add("ContentVariables", send.option("content_variables"));
  return {};
}

std::string addContent(Form& form, const Send& send) {
  if (send.raw().n_attachments != 0)
    return "attachments: Twilio takes media by URL only; allowed: the option media_url";
  if (send.hasOption("content_sid")) return addTemplate(form, send);
  if (send.hasOption("content_variables")) return "content_variables: needs the option content_sid";
  const auto body = send.text();
  if (body.empty() && !send.hasOption("media_url"))
    return "content: it is empty; allowed: text (or body), or one of the options media_url, content_sid";
  const auto length = characters(body);
  if (length > kMaxBody) return "text has " + std::to_string(length) + " characters; allowed: at most 1600";
  if (!body.empty()) form.add("Body", body);
  return send.hasOption("media_url") ? addMedia(form, send) : std::string();
}

std::string addPlain(Form& form, const Send& send) {
  for (const auto& plain : kPlain) {
    if (!send.hasOption(plain.option)) continue;
    const auto value = send.option(plain.option);
    if (!plain.allowed.empty() && !isOneOf(value, plain.allowed)) return refusal(plain.option, value, plain.allowed);
    form.add(plain.parameter, value);
  }
  if (!send.hasOption("persistent_action")) return {};
  const auto actions = texts(send.option("persistent_action"));
  if (!actions) return refusal("persistent_action", send.option("persistent_action"), "a text, or an array of texts");
  for (const auto& action : *actions) form.add("PersistentAction", action);
  return {};
}

/// The shortest of what the send, the config and the notification's expiry allow.
std::string addValidity(Form& form, const Send& send, std::uint32_t configured_s, std::int64_t now_ms) {
  std::int64_t seconds = configured_s;
  if (send.hasOption("validity_period")) {
    const auto text = send.option("validity_period");
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc() || end != text.data() + text.size() || seconds < 1 || seconds > kMaxValidity)
      return refusal("validity_period", text, "a whole number of seconds from 1 to 36000");
  }
  if (send.expiresMs() != 0) {
    const std::int64_t left = (send.expiresMs() - now_ms) / 1000;
    if (left < 1) return "expiresAt: it has passed";
    seconds = std::min(left, seconds == 0 ? kMaxValidity : seconds);
  }
  if (seconds != 0) form.add("ValidityPeriod", std::to_string(seconds));
  return {};
}

}  // namespace

std::string fillForm(Form& form, const Send& send, const MessageSettings& settings, std::int64_t now_ms) {
  form.add("To", send.to());
  std::string fault = addSender(form, send, settings.sender);
  if (fault.empty()) fault = addContent(form, send);
  if (fault.empty()) fault = addPlain(form, send);
  if (fault.empty()) fault = addValidity(form, send, settings.validity_period_s, now_ms);
  if (fault.empty() && !send.callbackUrl().empty())
    form.add("StatusCallback", belfry::correlated(send.callbackUrl(), send));
  return fault;
}

}  // namespace twilio
