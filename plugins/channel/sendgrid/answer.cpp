#include "answer.h"

#include <belfry/json.hpp>

#include <algorithm>
#include <charconv>

#include "errors.h"

namespace sendgrid {
namespace {

using belfry::Reply;
using belfry::SendResult;

constexpr std::int64_t kDayMs = 86'400'000;

/// The number in "personalizations.3.to.0.email".
std::int32_t personalizationOf(std::string_view field) {
  constexpr std::string_view kList = "personalizations.";
  if (field.substr(0, kList.size()) != kList) return -1;
  field.remove_prefix(kList.size());
  std::int32_t index = -1;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), index);
  const bool whole = error == std::errc() && (end == field.data() + field.size() || *end == '.');
  return whole && index >= 0 ? index : -1;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

std::int32_t outcomeOf(std::int32_t status, const Fault& fault) {
  const std::string message = lowered(fault.message);
  for (const auto& rule : kErrors)
    if (rule.status == status && std::string_view(fault.field).substr(0, rule.field.size()) == rule.field &&
        message.find(rule.message) != std::string::npos)
      return rule.outcome;
  return belfry::httpOutcome(status);
}

/// X-RateLimit-Reset is Unix seconds; SendGrid sends no Retry-After.
std::uint32_t waitMs(const Reply& reply, std::int64_t now_ms) {
  const auto text = reply.header("x-ratelimit-reset");
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return reply.retryAfterMs();
  if (seconds <= now_ms / 1000 || seconds > now_ms / 1000 + kDayMs / 1000) return reply.retryAfterMs();
  return static_cast<std::uint32_t>(seconds * 1000 - now_ms);
}

SendResult refusal(const Reply& reply, const Fault& fault, std::int64_t now_ms) {
  SendResult out = reply.refusal(outcomeOf(reply.status(), fault));
  if (out.outcome == BF_THROTTLED) out.retry_after_ms = waitMs(reply, now_ms);
  out.detail = fault.message;
  if (!fault.field.empty() && fault.field != "null") out.detail += " (field " + fault.field + ")";
  return out;
}

/// 202 is queued; 200 answers a request in sandbox mode alone. Any other 2xx is not SendGrid's.
SendResult accepted(const Reply& reply, std::int32_t index, bool sandbox) {
  if (sandbox && reply.status() == 200)
    return reply.refusal(BF_ACCEPTED, {}, "valid; sandbox mode: nothing is delivered");
  if (reply.status() != 202)
    return reply.refusal(BF_UNKNOWN, {}, "SendGrid answers 202; this is something else's answer");
  SendResult out = reply.refusal(BF_ACCEPTED);
  out.provider_id = reply.header("x-message-id");
  if (index >= 0 && !out.provider_id.empty()) out.provider_id += "#" + std::to_string(index);
  return out;
}

}  // namespace

std::vector<Fault> faultsOf(std::string_view body) {
  std::vector<Fault> out;
  belfry::JsonDom dom;
  if (!dom.parse(body)) return out;
  for (const auto error : dom.root()["errors"].elements()) {
    Fault fault{std::string(error["message"].asString()), std::string(error["field"].asString()), -1};
    fault.personalization = personalizationOf(fault.field);
    out.push_back(std::move(fault));
  }
  return out;
}

SendResult resultOf(const Reply& reply, const std::vector<Fault>& faults, std::int32_t index, std::int64_t now_ms,
                    bool sandbox) {
  if (const auto failed = reply.transportFailure()) return *failed;
  if (reply.ok()) return accepted(reply, index, sandbox);
  if (reply.status() != 400 || faults.empty()) return refusal(reply, faults.empty() ? Fault{} : faults.front(), now_ms);

  const std::int32_t own = std::max(index, 0);
  const Fault* general = nullptr;
  for (const auto& fault : faults) {
    if (fault.personalization == own) return refusal(reply, fault, now_ms);
    if (fault.personalization < 0 && !general) general = &fault;
  }
  if (general) return refusal(reply, *general, now_ms);
  SendResult out = reply.refusal(BF_RETRY, "batch_refused", "another message of the same request was refused");
  out.retry_after_ms = 0;
  return out;
}

}  // namespace sendgrid
