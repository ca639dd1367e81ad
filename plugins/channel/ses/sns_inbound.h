// What Amazon SNS posts to an HTTPS subscriber, and the proof that SNS posted it. SNS calls it text/plain; it is JSON.
// Source: SNS Developer Guide, "Verifying the signatures of Amazon SNS messages".
#pragma once

#include <belfry/host.hpp>
#include <belfry/json.hpp>
#include <belfry/receipt.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ses {

/// One message of SNS: a view into the callback's body, which must outlive it.
class SnsMessage {
 public:
  /// False when it is none, or lacks a field that its type needs.
  bool parse(std::string_view body);

  bool isNotification() const { return type_ == "Notification"; }
  bool isSubscription() const { return type_ == "SubscriptionConfirmation"; }
  std::string_view type() const { return type_; }
  std::string_view id() const { return field("MessageId"); }
  std::string_view message() const { return field("Message"); }
  std::string_view topicArn() const { return field("TopicArn"); }
  std::string_view timestamp() const { return field("Timestamp"); }
  std::string_view certificateUrl() const { return field("SigningCertURL"); }
  std::string_view subscribeUrl() const { return field("SubscribeURL"); }

  /// Whether `certificate` (PEM, valid at at_ms) has signed this.
  bool signedBy(std::string_view certificate, const belfry::Host& host, std::int64_t at_ms) const;

 private:
  std::string_view field(std::string_view name) const { return dom_.root()[name].asString(); }
  std::string signedText() const;

  belfry::JsonDom dom_;
  std::string_view type_;
};

/// Why a message is not believed before anything is fetched for it: the code of the refusal; nullptr: none. Nothing is
/// fetched for a topic that is not allowed, nor from a host that is not SNS's.
const char* refusalOf(const SnsMessage& message, const std::vector<std::string>& topic_arns, std::int64_t received_ms,
                      std::uint32_t window_s);

}  // namespace ses
