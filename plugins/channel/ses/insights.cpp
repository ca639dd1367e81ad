#include "insights.h"

#include <belfry/json.hpp>

#include <cmath>
#include <string>

#include "mail_request.h"

namespace ses {
namespace {

using belfry::Json;
using belfry::Receipt;

/// EventType of service-2.json; SUBSCRIPTION says too little to be judged here.
struct InsightRule {
  std::string_view type;
  std::int32_t receipt;
};
constexpr InsightRule kInsights[] = {
    {"SEND", BF_RECEIPT_SENT},
    {"REJECT", BF_RECEIPT_FAILED},
    {"BOUNCE", BF_RECEIPT_SOFT_BOUNCED},
    {"COMPLAINT", BF_RECEIPT_COMPLAINED},
    {"DELIVERY", BF_RECEIPT_DELIVERED},
    {"OPEN", BF_RECEIPT_OPENED},
    {"CLICK", BF_RECEIPT_CLICKED},
    {"RENDERING_FAILURE", BF_RECEIPT_FAILED},
    {"DELIVERY_DELAY", BF_RECEIPT_DELAYED},
};

std::string_view tagOf(Json tags, std::string_view name) {
  for (const Json tag : tags.elements())
    if (tag["Name"].asString() == name) return tag["Value"].asString();
  return {};
}

/// Timestamps are seconds with a fraction.
std::int64_t millis(Json seconds) {
  const double value = seconds.asDouble().value_or(0);
  return value > 0 && value < 1e11 ? static_cast<std::int64_t>(std::llround(value * 1000)) : 0;
}

void judge(Receipt& receipt, Json details) {
  const Json bounce = details["Bounce"];
  receipt.suppress = receipt.type == BF_RECEIPT_COMPLAINED;
  receipt.code = bounce["BounceSubType"].asString(details["Complaint"]["ComplaintFeedbackType"].asString());
  receipt.detail = bounce["DiagnosticCode"].asString();
  if (receipt.type != BF_RECEIPT_SOFT_BOUNCED || bounce["BounceType"].asString() != "PERMANENT") return;
  receipt.type = BF_RECEIPT_BOUNCED;
  receipt.suppress = true;
}

}  // namespace

bool readInsights(std::string_view body, const std::function<void(const Receipt&)>& emit) {
  belfry::JsonDom dom;
  if (!dom.parse(body) || dom.root()["MessageId"].asString().empty()) return false;
  const Json root = dom.root();
  for (const Json insight : root["Insights"].elements())
    for (const Json event : insight["Events"].elements())
      for (const auto& rule : kInsights) {
        if (rule.type != event["Type"].asString()) continue;
        Receipt receipt;
        receipt.type = rule.receipt;
        receipt.delivery_id = tagOf(root["EmailTags"], kDeliveryTag);
        receipt.attempt = belfry::Webhook::number(tagOf(root["EmailTags"], kAttemptTag));
        receipt.provider_id = root["MessageId"].asString();
        receipt.recipient = insight["Destination"].asString();
        receipt.at_ms = millis(event["Timestamp"]);
        const std::string key = "insight/" + std::string(rule.type) + "/" + std::to_string(receipt.at_ms);
        receipt.dedupe_key = key;
        judge(receipt, event["Details"]);
        emit(receipt);
      }
  return true;
}

}  // namespace ses
