#include "mail_events.h"

#include <belfry/json.hpp>
#include <belfry/rfc3339.hpp>

#include <string>
#include <vector>

#include "mail_request.h"

namespace ses {
namespace {

using belfry::Json;
using belfry::Receipt;

/// Each kind of event: where its own object is, and where in it the recipients stand; empty: the message's.
struct EventRule {
  std::string_view name;
  std::int32_t type;
  bool suppress;
  std::string_view object;
  std::string_view recipients;
};
constexpr EventRule kEvents[] = {
    {"Bounce", BF_RECEIPT_SOFT_BOUNCED, false, "bounce", "bouncedRecipients"},  // Permanent makes it a hard one
    {"Complaint", BF_RECEIPT_COMPLAINED, true, "complaint", "complainedRecipients"},
    {"Delivery", BF_RECEIPT_DELIVERED, false, "delivery", "recipients"},
    {"Send", BF_RECEIPT_SENT, false, "send", ""},
    {"Reject", BF_RECEIPT_FAILED, false, "reject", ""},
    {"Open", BF_RECEIPT_OPENED, false, "open", ""},
    {"Click", BF_RECEIPT_CLICKED, false, "click", ""},
    {"Rendering Failure", BF_RECEIPT_FAILED, false, "failure", ""},
    {"DeliveryDelay", BF_RECEIPT_DELAYED, false, "deliveryDelay", "delayedRecipients"},
    {"Subscription", BF_RECEIPT_UNSUBSCRIBED, false, "subscription", ""},
};

const EventRule* ruleOf(std::string_view name) {
  for (const auto& rule : kEvents)
    if (rule.name == name) return &rule;
  return nullptr;
}

/// A tag's values are an array, for one name may stand twice.
std::string_view tagOf(Json mail, std::string_view name) { return mail["tags"][name][std::size_t{0}].asString(); }

/// The preferences that a recipient has left with: of all topics, of one, or of none (then it is no unsubscription).
bool unsubscribes(Json subscription, bool& all) {
  const Json now = subscription["newTopicPreferences"];
  all = now["unsubscribeAll"].asBool();
  bool some = all;
  for (const Json topic : now["topicSubscriptionStatus"].elements())
    some = some || topic["subscriptionStatus"].asString() == "OptOut";
  return some;
}

/// What the kind says on its own. False: nothing that concerns a delivery.
bool judge(Receipt& receipt, const EventRule& rule, Json object) {
  if (rule.type == BF_RECEIPT_UNSUBSCRIBED) return unsubscribes(object, receipt.suppress);
  if (rule.name == "Complaint") return object["complaintFeedbackType"].asString() != "not-spam";
  if (rule.name != "Bounce" || object["bounceType"].asString() != "Permanent") return true;
  // A contact list's own opt-out, with which the address stays good for everything else.
  const bool opted_out = object["bounceSubType"].asString() == "UnsubscribedRecipient";
  receipt.type = opted_out ? BF_RECEIPT_FAILED : BF_RECEIPT_BOUNCED;
  receipt.suppress = !opted_out;
  return true;
}

std::string codeOf(const EventRule& rule, Json object) {
  if (rule.name == "Bounce")
    return std::string(object["bounceType"].asString()) + "/" + std::string(object["bounceSubType"].asString());
  if (rule.name == "Complaint") return std::string(object["complaintFeedbackType"].asString());
  return std::string(object["delayType"].asString());
}

std::string_view detailOf(Json object, Json recipient) {
  for (const std::string_view name : {"diagnosticCode", "status"})
    if (!recipient[name].asString().empty()) return recipient[name].asString();
  for (const std::string_view name : {"smtpResponse", "reason", "errorMessage", "source"})
    if (!object[name].asString().empty()) return object[name].asString();
  return {};
}

/// Objects with an emailAddress, or addresses.
std::string_view addressOf(Json recipient) {
  return recipient.isString() ? recipient.asString() : recipient["emailAddress"].asString();
}

}  // namespace

EventKind readEvent(std::string_view text, std::string_view dedupe, const std::function<void(const Receipt&)>& emit) {
  belfry::JsonDom dom;
  if (!dom.parse(text))
    return EventKind::ignored;  // "Successfully validated SNS topic for Amazon SES event publishing."
  const Json event = dom.root();
  const EventRule* rule = ruleOf(event["eventType"].asString(event["notificationType"].asString()));
  if (!rule) return EventKind::ignored;  // AmazonSnsSubscriptionSucceeded, and what is yet to come
  const Json mail = event["mail"];
  const Json object = event[rule->object];
  Receipt receipt;
  receipt.type = rule->type;
  receipt.suppress = rule->suppress;
  receipt.delivery_id = tagOf(mail, kDeliveryTag);
  receipt.attempt = belfry::Webhook::number(tagOf(mail, kAttemptTag));
  receipt.provider_id = mail["messageId"].asString();
  if (receipt.delivery_id.empty() && receipt.provider_id.empty()) return EventKind::malformed;
  if (!judge(receipt, *rule, object)) return EventKind::ignored;
  receipt.at_ms = belfry::parseTime(object["timestamp"].asString(mail["timestamp"].asString())).value_or(0);
  receipt.url = object["link"].asString();
  const std::string code = codeOf(*rule, object);
  receipt.code = code;

  const Json recipients = rule->recipients.empty() ? mail["destination"] : object[rule->recipients];
  std::size_t place = 0;
  std::size_t told = 0;
  for (const Json recipient : recipients.elements()) {
    const std::string key = std::string(dedupe) + "/" + std::to_string(place++);
    receipt.dedupe_key = key;
    receipt.recipient = addressOf(recipient);
    receipt.detail = detailOf(object, recipient);
    if (receipt.recipient.empty()) continue;  // it would count against the address of the message
    emit(receipt);
    ++told;
  }
  return told == 0 || told != place ? EventKind::malformed : EventKind::receipts;
}

}  // namespace ses
