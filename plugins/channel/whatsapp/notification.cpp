#include "notification.h"

#include <charconv>
#include <optional>

#include "errors.h"

namespace whatsapp {
namespace {

using belfry::Json;
using belfry::JsonDom;
using belfry::Receipt;

/// Unix seconds, as text or number; 0: not said.
std::int64_t seconds(Json value) {
  const auto text = value.isNumber() ? value.numberText() : value.asString();
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && out > 0 && out < 253'402'300'800 ? out : 0;  // year 9999
}

/// What a failure says about the address.
std::int32_t receiptOf(const Rule& rule) {
  if (rule.code == kOptOut) return BF_RECEIPT_FAILED;
  switch (rule.outcome) {
    case BF_REJECTED_RECIPIENT: return BF_RECEIPT_BOUNCED;
    case BF_RETRY:
    case BF_THROTTLED:
    case BF_UNKNOWN: return BF_RECEIPT_SOFT_BOUNCED;
    default: return BF_RECEIPT_FAILED;
  }
}

/// 0: not a status that is known. `played` is of voice messages.
std::int32_t receiptOf(std::string_view status) {
  if (status == "sent") return BF_RECEIPT_SENT;
  if (status == "delivered") return BF_RECEIPT_DELIVERED;
  if (status == "read" || status == "played") return BF_RECEIPT_READ;
  return status == "failed" ? BF_RECEIPT_FAILED : 0;
}

void explain(Receipt& receipt, Json error) {
  receipt.code = error["code"].numberText();
  const auto code = error["code"].asInt();
  const Rule* rule = code ? ruleOf(*code) : nullptr;
  receipt.detail = error["error_data"]["details"].asString(error["title"].asString(rule ? rule->text : ""));
  if (!rule) return;
  receipt.type = receiptOf(*rule);
  receipt.suppress = rule->outcome == BF_REJECTED_RECIPIENT;
}

/// correlation() of message.h taken apart; without our mark the message's own id has to do.
void correlate(Receipt& receipt, std::string_view opaque) {
  const auto slash = opaque.rfind('/');
  if (slash == std::string_view::npos) return;
  receipt.attempt = belfry::Webhook::number(opaque.substr(slash + 1));
  if (receipt.attempt != 0) receipt.delivery_id = opaque.substr(0, slash);
}

void status(Json item, const Notified& to) {
  const auto id = item["id"].asString();
  const auto word = item["status"].asString();
  if (id.empty() || word.empty()) return to.skipped("malformed_status");
  Receipt receipt;
  receipt.type = receiptOf(word);
  if (receipt.type == 0) return to.skipped("unknown_status");
  const std::string key = std::string(id) + ":" + std::string(word);
  receipt.provider_id = id;
  receipt.dedupe_key = key;
  receipt.at_ms = seconds(item["timestamp"]) * 1000;
  receipt.recipient = item["recipient_id"].asString();
  correlate(receipt, item["biz_opaque_callback_data"].asString());
  if (word == "failed") explain(receipt, item["errors"][std::size_t{0}]);
  if (!to.receipt(receipt)) to.skipped("malformed_status");
}

void message(Json item, const Notified& to) {
  const auto from = item["from"].asString();
  const auto at_s = seconds(item["timestamp"]);
  if (from.empty() || from.size() > 32 || at_s == 0) return to.skipped("malformed_message");
  to.message(from, at_s);
}

void change(Json change, std::string_view phone_number_id, const Notified& to) {
  if (change["field"].asString() != "messages") return to.skipped("other_field");
  const Json value = change["value"];
  if (value["metadata"]["phone_number_id"].asString() != phone_number_id) return to.skipped("other_number");
  for (const Json item : value["statuses"].elements()) status(item, to);
  for (const Json item : value["messages"].elements()) message(item, to);
  if (value["errors"].size() != 0) to.skipped("account_error");
}

}  // namespace

bool read(std::string_view body, std::string_view phone_number_id, const Notified& to) {
  JsonDom dom;
  if (!dom.parse(body) || !dom.root().isObject()) return false;
  if (dom.root()["object"].asString() != "whatsapp_business_account") {
    to.skipped("other_object");
    return true;
  }
  for (const Json entry : dom.root()["entry"].elements())
    for (const Json one : entry["changes"].elements()) change(one, phone_number_id, to);
  return true;
}

}  // namespace whatsapp
