#include "answer.h"

#include <belfry/json.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

#include "errors.h"

namespace whatsapp {
namespace {

using belfry::Json;
using belfry::JsonDom;
using belfry::Reply;
using belfry::SendResult;

constexpr std::uint32_t kDayMs = 24 * 3600 * 1000;

/// Graph API, "Rate limits": X-Business-Use-Case-Usage {"<account>":[{"estimated_time_to_regain_access": minutes, …}]}.
std::uint32_t regainMs(const Reply& reply) {
  JsonDom dom;
  if (!dom.parse(reply.header("x-business-use-case-usage"))) return 0;
  std::int64_t minutes = 0;
  for (const auto [account, uses] : dom.root().members())
    for (const Json use : uses.elements())
      minutes = std::max(minutes, use["estimated_time_to_regain_access"].asInt().value_or(0));
  return static_cast<std::uint32_t>(std::min<std::int64_t>(minutes, kDayMs / 60'000) * 60'000);
}

}  // namespace

std::optional<SendResult> refused(const Reply& reply) {
  if (auto failed = reply.transportFailure()) return failed;
  if (reply.ok()) return std::nullopt;
  JsonDom dom;
  dom.parse(reply.body());
  const Json error = dom.root()["error"];
  const auto code = error["code"].asInt();
  if (!code) return reply.refusal(belfry::httpOutcome(reply.status()));
  const Rule* rule = ruleOf(*code);
  const auto said = error["error_data"]["details"].asString(error["message"].asString(rule ? rule->text : ""));
  auto result = reply.refusal(rule ? rule->outcome : belfry::httpOutcome(reply.status()), std::to_string(*code), said);
  if (*code == kUserCap) result.retry_after_ms = kDayMs;
  if (result.outcome == BF_THROTTLED && result.retry_after_ms == 0) result.retry_after_ms = regainMs(reply);
  return result;
}

SendResult sent(const Reply& reply) {
  if (auto failed = refused(reply)) return *failed;
  JsonDom dom;
  dom.parse(reply.body());
  const Json message = dom.root()["messages"][std::size_t{0}];
  const auto id = message["id"].asString();
  if (id.empty())
    return {BF_UNKNOWN, "unreadable_answer", "a success without the message's id: it may have been sent", {}, 0};
  return {BF_ACCEPTED, std::string(message["message_status"].asString()), {}, std::string(id), 0};
}

}  // namespace whatsapp
