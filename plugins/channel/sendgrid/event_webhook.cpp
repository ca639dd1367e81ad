#include "event_webhook.h"

#include <belfry/base64.hpp>

#include <array>
#include <charconv>

#include "mail_body.h"

namespace sendgrid {
namespace {

using belfry::Json;
using belfry::Receipt;

/// Why SendGrid dropped a message, where the reason is the address: its page "Event Webhook Reference", dropped. Other
/// reasons ("Spam Content", "Invalid SMTPAPI header", "Recipient List over Package Quota") say nothing of it.
constexpr std::array<std::string_view, 4> kAddressReasons = {"Bounced Address", "Unsubscribed Address",
                                                             "Spam Reporting Address", "Invalid"};

/// Event names of the same page. group_resubscribe and account_status_change concern no delivery.
struct EventRule {
  std::string_view name;
  std::int32_t type;
  bool suppress;
};
constexpr EventRule kEvents[] = {
    {"processed", BF_RECEIPT_SENT, false},
    {"deferred", BF_RECEIPT_DELAYED, false},
    {"delivered", BF_RECEIPT_DELIVERED, false},
    {"open", BF_RECEIPT_OPENED, false},
    {"click", BF_RECEIPT_CLICKED, false},
    {"bounce", BF_RECEIPT_SOFT_BOUNCED, false},  // type "bounce" makes it a hard one
    {"dropped", BF_RECEIPT_FAILED, false},       // the reason decides about the address
    {"spamreport", BF_RECEIPT_COMPLAINED, true},
    {"unsubscribe", BF_RECEIPT_UNSUBSCRIBED, true},
    {"group_unsubscribe", BF_RECEIPT_UNSUBSCRIBED, false},  // of one group: others are still wanted
};

std::optional<std::int64_t> wholeNumber(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// SendGrid writes numbers; custom arguments come back as strings.
std::optional<std::int64_t> wholeNumber(Json value) {
  return value.isNumber() ? value.asInt() : wholeNumber(value.asString());
}

/// "<X-Message-Id>.<where it was processed>".
std::string_view messageId(Json item) {
  const auto text = item["sg_message_id"].asString();
  return text.substr(0, text.find('.'));
}

const EventRule* ruleOf(std::string_view name) {
  for (const auto& rule : kEvents)
    if (rule.name == name) return &rule;
  return nullptr;
}

void judge(Receipt& receipt, std::string_view event, Json item) {
  if (event == "bounce" && item["type"].asString() == "bounce") {
    receipt.type = BF_RECEIPT_BOUNCED;
    receipt.suppress = true;
  }
  if (event == "dropped")
    for (const auto reason : kAddressReasons)
      receipt.suppress = receipt.suppress || item["reason"].asString() == reason;
}

/// What the event says for people: its reason, or the group that was left.
std::string detailOf(std::string_view event, Json item) {
  if (event == "group_unsubscribe") return "group " + std::string(item["asm_group_id"].numberText());
  if (item["sg_machine_open"].asBool()) return "opened by a machine";
  const auto reason = item["reason"].asString();
  return std::string(reason.empty() ? item["response"].asString() : reason);
}

}  // namespace

const char* refusalOf(const belfry::Webhook& callback, const belfry::Host& host, std::string_view public_key,
                      std::uint32_t window_s) {
  if (public_key.empty()) return "no_public_key";
  const auto signature = callback.header("x-twilio-email-event-webhook-signature");
  const auto timestamp = callback.header("x-twilio-email-event-webhook-timestamp");
  if (signature.empty() || timestamp.empty()) return "missing_signature";
  const auto raw = belfry::base64Decoded(signature);
  const std::string signed_text = std::string(timestamp) + std::string(callback.body());
  if (!raw || !host.verify(BF_PK_ECDSA_P256_SHA256, BF_KEY_SPKI, public_key, signed_text, *raw, callback.receivedMs()))
    return "bad_signature";
  const auto seconds = wholeNumber(timestamp);
  if (!seconds) return "bad_timestamp";
  const std::int64_t age_s = callback.receivedMs() / 1000 - *seconds;
  return age_s > static_cast<std::int64_t>(window_s) || -age_s > static_cast<std::int64_t>(window_s) ? "stale"
                                                                                                     : nullptr;
}

EventItem readEvent(Json item) {
  EventItem out;
  const auto event = item["event"].asString();
  if (!item.isObject() || event.empty()) return out;
  out.kind = ItemKind::ignored;
  const EventRule* rule = ruleOf(event);
  if (!rule) return out;

  Receipt& receipt = out.receipt;
  receipt.delivery_id = item[kDeliveryArg].asString();
  receipt.provider_id = messageId(item);
  const auto seconds = wholeNumber(item["timestamp"]);
  const bool sane = !seconds || (*seconds >= 0 && *seconds < 100'000'000'000);
  if ((receipt.delivery_id.empty() && receipt.provider_id.empty()) || !sane) {
    out.kind = ItemKind::malformed;
    return out;
  }
  out.kind = ItemKind::receipt;
  receipt.type = rule->type;
  receipt.suppress = rule->suppress;
  receipt.attempt = belfry::Webhook::number(item[kAttemptArg].asString());
  receipt.dedupe_key = item["sg_event_id"].asString();
  receipt.at_ms = seconds.value_or(0) * 1000;
  receipt.recipient = item["email"].asString();
  receipt.code = item["status"].asString(item["type"].asString());
  receipt.url = item["url"].asString();
  judge(receipt, event, item);
  out.detail = detailOf(event, item);
  return out;
}

}  // namespace sendgrid
