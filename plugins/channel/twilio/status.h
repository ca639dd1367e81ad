// A message's status as Twilio names it, in a callback or in the Message resource, as a receipt.
#pragma once

#include <belfry/json.hpp>
#include <belfry/receipt.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

#include "errors.h"

namespace twilio {

/// twilio_api_v2010, message_enum_status. `receiving` and `received` are of inbound messages.
struct StatusRule {
  std::string_view status;
  std::int32_t receipt;  ///< BF_RECEIPT_*; where the message ended badly: without an error code that says more
};
inline constexpr StatusRule kStatuses[] = {
    {"accepted", BF_RECEIPT_QUEUED},     {"scheduled", BF_RECEIPT_QUEUED}, {"queued", BF_RECEIPT_QUEUED},
    {"sending", BF_RECEIPT_QUEUED},      {"sent", BF_RECEIPT_SENT},        {"partially_delivered", BF_RECEIPT_DELAYED},
    {"delivered", BF_RECEIPT_DELIVERED}, {"read", BF_RECEIPT_READ},        {"undelivered", BF_RECEIPT_SOFT_BOUNCED},
    {"failed", BF_RECEIPT_FAILED},       {"canceled", BF_RECEIPT_FAILED},
};

/// What a final error says about the address. Whoever opted out has a good address and wants no more.
inline std::int32_t receiptOf(const Rule& rule) {
  if (isOptOut(rule.code)) return BF_RECEIPT_FAILED;
  switch (rule.outcome) {
    case BF_REJECTED_RECIPIENT: return BF_RECEIPT_BOUNCED;
    case BF_RETRY:
    case BF_THROTTLED:
    case BF_UNKNOWN: return BF_RECEIPT_SOFT_BOUNCED;
    default: return BF_RECEIPT_FAILED;
  }
}

struct News {
  std::int32_t receipt;  ///< BF_RECEIPT_*
  bool suppress = false;
  std::string_view text;  ///< what the error code means; static, may be empty
};

/// nullopt for a status that is no news about a message of ours. `code`: the error code's digits, or empty.
inline std::optional<News> newsOf(std::string_view status, std::string_view code) {
  for (const auto& known : kStatuses) {
    if (known.status != status) continue;
    const bool ended_badly = known.receipt == BF_RECEIPT_SOFT_BOUNCED || known.receipt == BF_RECEIPT_FAILED;
    const Rule* rule = ended_badly ? ruleOf(belfry::Webhook::number(code)) : nullptr;
    if (!rule) return News{known.receipt, false, {}};
    return News{receiptOf(*rule), rule->outcome == BF_REJECTED_RECIPIENT, rule->text};
  }
  return std::nullopt;
}

/// A JSON callback's members as a form would have them; nullopt for what is no JSON object.
inline std::optional<belfry::Params> jsonMembers(std::string_view body) {
  belfry::JsonDom dom;
  if (!dom.parse(body) || !dom.root().isObject()) return std::nullopt;
  belfry::Params out;
  for (const auto [name, value] : dom.root().members())
    out.emplace_back(name, value.isNumber() ? value.numberText() : value.asString());
  return out;
}

}  // namespace twilio
