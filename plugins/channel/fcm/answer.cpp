#include "answer.h"

#include <belfry/json.hpp>

#include "errors.h"

namespace fcm {
namespace {

using belfry::Json;
using belfry::JsonDom;
using belfry::Reply;
using belfry::SendResult;

constexpr std::string_view kFcmError = "type.googleapis.com/google.firebase.fcm.v1.FcmError";
/// ErrorCode page: QUOTA_EXCEEDED "minimum initial delay of 1 minute", UNAVAILABLE 10 seconds, where no Retry-After
/// came.
constexpr std::uint32_t kQuotaDelayMs = 60'000;
constexpr std::uint32_t kUnavailableDelayMs = 10'000;

std::string_view errorCode(Json error) {
  for (const auto detail : error["details"].elements())
    if (detail["@type"].asString() == kFcmError) return detail["errorCode"].asString();
  return {};
}

/// INVALID_ARGUMENT says "a bad token" and "a bad message" alike. A violated field decides; without one, FCM's words
/// "The registration token is not a valid FCM registration token" do.
bool isAboutToken(Json error) {
  bool violated = false;
  for (const auto detail : error["details"].elements()) {
    for (const auto violation : detail["fieldViolations"].elements()) {
      if (violation["field"].asString() == "message.token") return true;
      violated = true;
    }
  }
  return !violated && error["message"].asString().find("registration token") != std::string_view::npos;
}

std::int32_t outcome(const Reply& reply, Json error, std::string_view fcm_code) {
  if (fcm_code == "INVALID_ARGUMENT" && isAboutToken(error)) return BF_REJECTED_RECIPIENT;
  if (const auto known = belfry::outcomeOf(kFcmErrors, fcm_code)) return *known;
  if (const auto known = belfry::outcomeOf(kCanonicalErrors, error["status"].asString())) return *known;
  return belfry::httpOutcome(reply.status());
}

std::uint32_t patience(const SendResult& result) {
  if (result.retry_after_ms != 0) return result.retry_after_ms;
  if (result.outcome == BF_THROTTLED) return kQuotaDelayMs;
  return result.outcome == BF_RETRY ? kUnavailableDelayMs : 0;
}

Answer refusal(const Reply& reply, Json error) {
  const auto fcm_code = errorCode(error);
  const auto code = fcm_code.empty() ? error["status"].asString() : fcm_code;
  Answer answer{reply.refusal(outcome(reply, error, fcm_code), code, error["message"].asString()), false};
  answer.result.retry_after_ms = patience(answer.result);
  answer.stale_token = reply.status() == 401 && fcm_code.empty();
  return answer;
}

/// Words of belfry/exchange.h after which another try may find the token endpoint well.
bool isPassing(std::string_view error) {
  for (const auto word : {"dns", "connect", "protocol", "connection_lost", "timeout", "cancelled"})
    if (error == word) return true;
  return false;
}

std::string temporary(const Reply& reply, std::string_view what) {
  const bool again = reply.status() == 429 || reply.status() >= 500;
  return (again ? std::string(kTemporary) : std::string()) + std::string(what);
}

}  // namespace

Answer sendAnswer(const Reply& reply) {
  if (auto failed = reply.transportFailure()) return {*failed, false};
  JsonDom dom;
  dom.parse(reply.body());
  if (!reply.ok()) return refusal(reply, dom.root()["error"]);
  const auto name = dom.root()["name"].asString();
  if (name.empty())
    return {{BF_UNKNOWN, "unreadable_answer", "a success without the message's name: it may have been sent", {}, 0},
            false};
  return {{BF_ACCEPTED, {}, {}, std::string(name), 0}, false};
}

AccessToken tokenAnswer(const Reply& reply) {
  if (const auto failed = reply.transportFailure()) {
    const bool again = failed->outcome == BF_RETRY || failed->outcome == BF_UNKNOWN;
    return {{}, 0, failed->code, (again ? std::string(kTemporary) : std::string()) + "token_uri: " + failed->code};
  }
  JsonDom dom;
  dom.parse(reply.body());
  const auto token = dom.root()["access_token"].asString();
  const auto ttl = dom.root()["expires_in"].asInt().value_or(0);
  if (reply.ok() && !token.empty() && ttl > 0 && ttl <= 86'400)
    return {std::string(token), static_cast<std::uint32_t>(ttl), {}, {}};
  if (reply.ok()) return {{}, 0, "unreadable_answer", "token_uri answered without access_token and expires_in"};
  const auto code = dom.root()["error"].asString();
  const auto said = dom.root()["error_description"].asString(code);
  const std::string what = "token_uri answered " + std::to_string(reply.status()) + " " + std::string(said);
  const auto known = belfry::outcomeOf(kTokenErrors, code);
  const std::string name = code.empty() ? "http " + std::to_string(reply.status()) : std::string(code);
  if (!known) return {{}, 0, name, temporary(reply, what)};
  return {{}, 0, name, (*known == BF_CREDENTIAL ? std::string() : std::string(kTemporary)) + what};
}

SendResult withoutToken(const Reply& reply) {
  const bool again = reply.detail().find(kTemporary) != std::string_view::npos || isPassing(reply.error());
  return {again ? BF_RETRY : BF_CREDENTIAL, std::string(reply.error()), std::string(reply.detail()), {}, 0};
}

}  // namespace fcm
