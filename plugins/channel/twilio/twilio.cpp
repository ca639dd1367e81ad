// Text messages over Twilio Programmable Messaging. begin posts one form; resume reads the answer; status callbacks
// come back to a URL that carries our delivery id and attempt.
#include <belfry/base64.hpp>
#include <belfry/base_url.hpp>
#include <belfry/belfry.hpp>
#include <belfry/hex.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#include "errors.h"
#include "message.h"
#include "signature.h"
#include "status.h"

namespace {

using belfry::HttpRequest;
using belfry::SendResult;

bool isSid(std::string_view text, std::string_view prefix) {
  if (text.size() != 34 || text.substr(0, 2) != prefix) return false;
  for (const char c : text.substr(2))
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) return false;
  return true;
}

class Twilio : public belfry::Channel<Twilio> {
 public:
  struct Config {
    std::string account_sid;
    std::string key_sid;
    std::string from;
    std::string messaging_service_sid;
    std::uint32_t validity_period_s = 0;
    std::string base_url = "https://api.twilio.com";
  };
  BF_FIELDS(Config, account_sid, key_sid, from, messaging_service_sid, validity_period_s, base_url)

  struct State {};

  std::string check() const {
    if (!isSid(config.account_sid, "AC"))
      return "account_sid is \"" + config.account_sid + "\"; allowed: AC and 32 letters or digits";
    if (!config.key_sid.empty() && !isSid(config.key_sid, "SK"))
      return "key_sid is \"" + config.key_sid + "\"; allowed: SK and 32 letters or digits";
    if (config.from.empty() == config.messaging_service_sid.empty())
      return "from, messaging_service_sid: exactly one of them is needed";
    if (!config.messaging_service_sid.empty() && !isSid(config.messaging_service_sid, "MG"))
      return "messaging_service_sid is \"" + config.messaging_service_sid + "\"; allowed: MG and 32 letters or digits";
    if (config.validity_period_s > 36000)
      return "validity_period_s is " + std::to_string(config.validity_period_s) + "; allowed: 1 to 36000";
    std::string error;
    belfry::parseBaseUrl(config.base_url, error);
    return error;
  }

  int begin(Op& op, State&, const Send& send) const {
    belfry::Form form;
    const twilio::MessageSettings settings{{config.from, config.messaging_service_sid}, config.validity_period_s};
    const std::string fault = fillForm(form, send, settings, op.nowMs());
    if (!fault.empty()) return op.done({BF_REJECTED_REQUEST, "invalid_message", fault, {}, 0});
    HttpRequest request("POST", account() + "/Messages.json");
    return op.send(authorised(request).form(form).commits());
  }

  int resume(Op& op, State&, const Reply& reply) const {
    if (const auto failed = refused(reply)) return op.done(*failed);
    belfry::JsonDom dom;
    dom.parse(reply.body());
    const auto sid = dom.root()["sid"].asString();
    if (sid.empty())
      return op.done(
          {BF_UNKNOWN, "unreadable_answer", "a success without the message's sid: it may have been sent", {}, 0});
    return op.done({BF_ACCEPTED, std::string(dom.root()["status"].asString()), {}, std::string(sid), 0});
  }

  int webhook(Op& op, State&, const Webhook& hook) const {
    if (hook.method() != "POST") return op.reply(405, {}, "not_post", {{"Allow", "POST"}});
    const auto signature = belfry::base64Decoded(hook.header("x-twilio-signature"));
    if (!hook.hasHeader("x-twilio-signature")) return op.reply(403, {}, "missing_signature");
    const bool json = !hook.queryParam("bodySHA256").empty();
    const auto form = json ? std::optional(belfry::Params()) : belfry::parseParams(hook.body());
    if (!form) return op.reply(400, {}, "malformed");
    if (!signature || !isSigned(hook, *form, *signature) || (json && !hasDigest(hook)))
      return op.reply(403, {}, "bad_signature");
    if (!json) return receipt(op, hook, *form);
    const auto members = twilio::jsonMembers(hook.body());
    return members ? receipt(op, hook, *members) : op.reply(400, {}, "malformed");
  }

  /// A standard API key may not read the account, hence the other address for it.
  int probe(Op& op, State&) const {
    HttpRequest request("GET", config.key_sid.empty() ? account() + ".json" : account() + "/Messages.json?PageSize=1");
    return op.send(authorised(request));
  }

  int resumeProbe(Op& op, State&, const Reply& reply) const {
    if (auto failed = refused(reply)) return op.done(harmless(*failed));
    belfry::JsonDom dom;
    if (!dom.parse(reply.body()) || !dom.root().isObject())
      return op.done({BF_CREDENTIAL, "unreadable_answer", "no JSON object came: base_url is not Twilio's", {}, 0});
    const auto status = dom.root()["status"].asString("active");
    if (status != "active") return op.done({BF_CREDENTIAL, std::string(status), "the account is not active", {}, 0});
    return op.done({BF_ACCEPTED, {}, {}, {}, 0});
  }

  /// Twilio finds a message by its sid alone.
  int status(Op& op, State&, const Query& query) const {
    if (query.providerId().empty())
      return op.done({BF_UNKNOWN, "no_provider_id", "Twilio can be asked by a message's sid only", {}, 0});
    HttpRequest request("GET", account() + "/Messages/" + belfry::percentEncoded(query.providerId()) + ".json");
    return op.send(authorised(request));
  }

  int resumeStatus(Op& op, State&, const Reply& reply) const {
    if (auto failed = reply.transportFailure()) return op.done({BF_UNKNOWN, failed->code, failed->detail, {}, 0});
    belfry::JsonDom dom;
    dom.parse(reply.body());
    const auto sid = dom.root()["sid"].asString();
    if (!reply.ok() || sid.empty()) {
      const auto failed = refused(reply);
      return op.done({BF_UNKNOWN, failed ? failed->code : "unreadable_answer", failed ? failed->detail : "", {}, 0});
    }
    belfry::Receipt receipt;
    receipt.provider_id = sid;
    receipt.code = dom.root()["error_code"].numberText();
    tell(op, receipt, dom.root()["status"].asString());
    return op.done({BF_ACCEPTED, std::string(dom.root()["status"].asString()), {}, std::string(sid), 0});
  }

 private:
  std::string account() const {
    std::string error;
    return *belfry::parseBaseUrl(config.base_url, error) + "/2010-04-01/Accounts/" + config.account_sid;
  }

  HttpRequest& authorised(HttpRequest& request) const {
    return config.key_sid.empty() ? request.basic(config.account_sid, "auth_token")
                                  : request.basic(config.key_sid, "key_secret");
  }

  /// Anything but a 2xx.
  static std::optional<SendResult> refused(const Reply& reply) {
    if (auto failed = reply.transportFailure()) return failed;
    if (reply.ok()) return std::nullopt;
    belfry::JsonDom dom;
    dom.parse(reply.body());
    const auto code = dom.root()["code"].asInt();
    if (!code) return reply.refusal(belfry::httpOutcome(reply.status()));
    const auto* rule = twilio::ruleOf(*code);
    const auto outcome = rule ? rule->outcome : belfry::httpOutcome(reply.status());
    return reply.refusal(outcome, std::to_string(*code), dom.root()["message"].asString(rule ? rule->text : ""));
  }

  /// Nothing could be sent, so nothing is in doubt.
  static SendResult harmless(SendResult result) {
    if (result.outcome == BF_UNKNOWN) result.outcome = BF_RETRY;
    return result;
  }

  bool isSigned(const Webhook& hook, const belfry::Params& form, std::string_view signature) const {
    const std::string pairs = twilio::sortedPairs(form);
    for (const auto& url : twilio::urlSpellings(hook.url()))
      if (host().verifyMac(BF_MAC_HMAC_SHA1, "auth_token", url + pairs, signature)) return true;
    return false;
  }

  bool hasDigest(const Webhook& hook) const {
    const auto digest = belfry::hexDecoded(hook.queryParam("bodySHA256"));
    return digest && host().equal(host().hash(BF_HASH_SHA256, hook.body()), *digest);
  }

  int receipt(Op& op, const Webhook& hook, const belfry::Params& form) const {
    const auto status = belfry::param(form, "MessageStatus");
    if (status.empty()) return ignored(op, "no_status");
    const std::string delivery_id = hook.deliveryId();
    const auto carrier_time = belfry::param(form, "RawDlrDoneDate");
    const std::string detail = carrier_time.empty() ? "" : "carrier's local time " + std::string(carrier_time);
    belfry::Receipt receipt;
    receipt.delivery_id = delivery_id;
    receipt.attempt = hook.attempt();
    receipt.provider_id = belfry::param(form, "MessageSid");
    receipt.recipient = belfry::param(form, "To");
    receipt.code = belfry::param(form, "ErrorCode");
    receipt.detail = detail;
    if (receipt.provider_id.empty()) return op.reply(400, {}, "malformed");
    return tell(op, receipt, status) ? op.reply(204) : ignored(op, "unknown_status");
  }

  /// False for a status that says nothing about a message of ours.
  static bool tell(Op& op, belfry::Receipt receipt, std::string_view status) {
    const auto news = twilio::newsOf(status, receipt.code);
    if (!news) return false;
    const std::string key = std::string(receipt.provider_id) + ":" + std::string(status);
    receipt.type = news->receipt;
    receipt.suppress = news->suppress;
    receipt.dedupe_key = key;
    if (!news->text.empty()) receipt.detail = news->text;
    op.event(receipt);
    return true;
  }

  /// Genuine, but no receipt: an inbound message, an event of another product.
  int ignored(Op& op, std::string_view why) const {
    host().count(why);
    host().log(BF_LOG_INFO, "twilio callback ignored");
    return op.reply(204);
  }
};

}  // namespace

BELFRY_PLUGIN(Twilio, BELFRY_PLUGIN_ID, BELFRY_PLUGIN_VERSION)
