#include "sns_inbound.h"

#include <belfry/aws.hpp>
#include <belfry/base64.hpp>
#include <belfry/rfc3339.hpp>
#include <belfry/url.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace ses {
namespace {

// Fields in the order in which they are signed. Subject counts only where it is there.
constexpr std::array<std::string_view, 6> kNotificationFields = {"Message",   "MessageId", "Subject",
                                                                 "Timestamp", "TopicArn",  "Type"};
constexpr std::array<std::string_view, 7> kConfirmationFields = {"Message", "MessageId", "SubscribeURL", "Timestamp",
                                                                 "Token",   "TopicArn",  "Type"};

/// A URL of SNS itself.
struct SnsUrl {
  std::string_view region;
  std::string_view path;  ///< with its slash, without the query
  std::string_view query;
};

/// https://sns.<region>.amazonaws.com[.cn][:port]/path. A port changes nothing about whose host it is.
std::optional<SnsUrl> parseSnsUrl(std::string_view url) {
  constexpr std::string_view kScheme = "https://sns.";
  if (url.size() > 2000 || url.substr(0, kScheme.size()) != kScheme) return std::nullopt;
  for (const char c : url)
    if (c <= ' ' || c > '~' || c == '@' || c == '\\' || c == '#') return std::nullopt;
  url.remove_prefix(kScheme.size());
  const auto slash = url.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  auto host = url.substr(0, slash);
  const auto colon = host.find(':');
  if (colon != std::string_view::npos) {
    const auto port = host.substr(colon + 1);
    if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string_view::npos)
      return std::nullopt;
    host = host.substr(0, colon);
  }
  const auto dot = host.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto region = host.substr(0, dot);
  if (!belfry::aws::isRegion(region)) return std::nullopt;
  const bool china = belfry::aws::partitionOf(region).region_prefix == "cn-";
  if (host.substr(dot) != (china ? ".amazonaws.com.cn" : ".amazonaws.com")) return std::nullopt;
  const auto rest = url.substr(slash);
  const auto question = rest.find('?');
  return SnsUrl{region, rest.substr(0, question),
                question == std::string_view::npos ? std::string_view() : rest.substr(question + 1)};
}

/// What is fetched is kept under its address, and such keys are short.
bool isCertificateUrl(std::string_view text) {
  const auto url = text.size() <= 400 ? parseSnsUrl(text) : std::nullopt;
  constexpr std::string_view kEnd = ".pem";
  return url && url->query.empty() && url->path.size() > kEnd.size() + 1 &&
         url->path.substr(url->path.size() - kEnd.size()) == kEnd;
}

/// arn:aws:sns:REGION:account:name
std::string_view regionOf(std::string_view topic_arn) {
  for (int i = 0; i < 3; ++i) {
    const auto colon = topic_arn.find(':');
    if (colon == std::string_view::npos) return {};
    topic_arn.remove_prefix(colon + 1);
  }
  return topic_arn.substr(0, topic_arn.find(':'));
}

/// It confirms this topic and nothing else, where the topic is.
bool isSubscribeUrl(std::string_view text, std::string_view topic_arn) {
  const auto url = parseSnsUrl(text);
  const auto params = url ? belfry::parseParams(url->query) : std::nullopt;
  return params && url->region == regionOf(topic_arn) && belfry::param(*params, "Action") == "ConfirmSubscription" &&
         belfry::param(*params, "TopicArn") == topic_arn;
}

}  // namespace

bool SnsMessage::parse(std::string_view body) {
  if (!dom_.parse(body)) return false;
  type_ = field("Type");
  if (type_ != "Notification" && type_ != "SubscriptionConfirmation" && type_ != "UnsubscribeConfirmation")
    return false;
  for (const std::string_view name :
       {"Message", "MessageId", "Timestamp", "TopicArn", "Signature", "SignatureVersion", "SigningCertURL"})
    if (!dom_.root()[name].isString()) return false;
  const auto subject = dom_.root()["Subject"];
  if (subject.exists() && !subject.isString() && !subject.isNull()) return false;
  return isNotification() || (dom_.root()["SubscribeURL"].isString() && dom_.root()["Token"].isString());
}

std::string SnsMessage::signedText() const {
  std::string text;
  const auto add = [&](std::string_view name) {
    if (!dom_.root()[name].isString()) return;
    text.append(name).append("\n").append(field(name)).append("\n");
  };
  if (isNotification()) std::for_each(kNotificationFields.begin(), kNotificationFields.end(), add);
  else std::for_each(kConfirmationFields.begin(), kConfirmationFields.end(), add);
  return text;
}

bool SnsMessage::signedBy(std::string_view certificate, const belfry::Host& host, std::int64_t at_ms) const {
  const auto version = field("SignatureVersion");
  const auto signature = belfry::base64Decoded(field("Signature"));
  if (!signature || (version != "1" && version != "2")) return false;
  return host.verify(version == "1" ? BF_PK_RSA_SHA1 : BF_PK_RSA_SHA256, BF_KEY_X509, certificate, signedText(),
                     *signature, at_ms);
}

const char* refusalOf(const SnsMessage& message, const std::vector<std::string>& topic_arns, std::int64_t received_ms,
                      std::uint32_t window_s) {
  if (std::find(topic_arns.begin(), topic_arns.end(), message.topicArn()) == topic_arns.end()) return "unknown_topic";
  const auto at_ms = belfry::parseTime(message.timestamp());
  if (!at_ms) return "bad_timestamp";
  const std::int64_t window_ms = static_cast<std::int64_t>(window_s) * 1000;
  if (received_ms - *at_ms > window_ms || *at_ms - received_ms > window_ms) return "stale";
  if (!isCertificateUrl(message.certificateUrl())) return "bad_certificate_url";
  if (message.isSubscription() && !isSubscribeUrl(message.subscribeUrl(), message.topicArn()))
    return "bad_subscribe_url";
  return nullptr;
}

}  // namespace ses
