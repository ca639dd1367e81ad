// Messages over the WhatsApp Cloud API. begin posts one JSON document; statuses come back through the app's webhook
// with our delivery id and attempt. With session_window "enforce" a step first looks whether the user wrote within 24
// hours.
#include <belfry/base_url.hpp>
#include <belfry/belfry.hpp>
#include <belfry/hex.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "answer.h"
#include "message.h"
#include "notification.h"

namespace {

using belfry::HttpRequest;
using belfry::Rope;

constexpr std::int64_t kSessionS = 24 * 3600;

class WhatsApp : public belfry::Channel<WhatsApp> {
 public:
  struct Config {
    std::string phone_number_id;
    std::string api_version = "v23.0";
    std::string base_url = "https://graph.facebook.com";
    std::string session_window = "provider";
    bool sign_requests = false;
  };
  BF_FIELDS(Config, phone_number_id, api_version, base_url, session_window, sign_requests)

  struct State {};
  enum Tag : std::uint32_t { kSendTag = 0, kSessionTag = 1 };

  std::string check() const {
    if (!isWord(config.phone_number_id, "") || config.phone_number_id.size() > 64)
      return "phone_number_id is \"" + config.phone_number_id + "\"; allowed: letters and digits, at most 64";
    if (config.api_version.size() < 2 || config.api_version[0] != 'v' || !isWord(config.api_version, "."))
      return "api_version is \"" + config.api_version + "\"; allowed: a version such as v23.0";
    if (config.session_window != "provider" && config.session_window != "enforce")
      return "session_window is \"" + config.session_window + "\"; allowed: provider, enforce";
    std::string error;
    belfry::parseBaseUrl(config.base_url, error);
    return error;
  }

  int begin(Op& op, State&, const Send& send) const {
    const auto body = whatsapp::messageBody(send);
    if (!body.fault.empty()) return op.done({BF_REJECTED_REQUEST, "invalid_message", body.fault, {}, 0});
    if (config.session_window == "enforce" && !body.template_message)
      return op.get(sessionKey(whatsapp::waId(send.to())), kSessionTag);
    return post(op, body.json);
  }

  int resume(Op& op, State&, const Reply& reply) const {
    if (reply.tag() == kSendTag) return op.done(whatsapp::sent(reply));
    if (!reply.found())
      return op.done({BF_REJECTED_REQUEST,
                      "outside_session",
                      "the user has not written within 24 hours; allowed: a template",
                      {},
                      0});
    return post(op, whatsapp::messageBody(reply.message()).json);
  }

  int webhook(Op& op, State&, const Webhook& hook) const {
    if (hook.method() == "GET") return handshake(op, hook);
    if (hook.method() != "POST") return op.reply(405, {}, "bad_method", {{"Allow", "GET, POST"}});
    if (!hook.hasHeader("x-hub-signature-256")) return op.reply(403, {}, "missing_signature");
    if (!isSigned(hook)) return op.reply(403, {}, "bad_signature");
    return whatsapp::read(hook.body(), config.phone_number_id, collector(op, hook.receivedMs() / 1000))
               ? op.reply(200)
               : op.reply(400, {}, "malformed");
  }

  int probe(Op& op, State&) const {
    HttpRequest request("GET", address("?fields=id", '&'));
    prove(request);
    return op.send(request.bearer("access_token"));
  }

  int resumeProbe(Op& op, State&, const Reply& reply) const {
    if (auto failed = whatsapp::refused(reply)) {
      if (failed->outcome == BF_UNKNOWN) failed->outcome = BF_RETRY;  // nothing could be sent
      return op.done(*failed);
    }
    belfry::JsonDom dom;
    dom.parse(reply.body());
    if (dom.root()["id"].asString() != config.phone_number_id)
      return op.done({BF_CREDENTIAL, "unreadable_answer", "the answer is not about this phone_number_id", {}, 0});
    return op.done({BF_ACCEPTED, {}, {}, {}, 0});
  }

 private:
  static bool isWord(std::string_view text, std::string_view more) {
    for (const char c : text)
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
            more.find(c) != std::string_view::npos))
        return false;
    return !text.empty();
  }

  static std::string sessionKey(std::string_view wa_id) { return "session/" + std::string(wa_id); }

  /// `join` parts the proof from what stands before it. Graph API, "Secure requests": appsecret_proof is the
  /// HMAC-SHA256 of the access token under the app secret, in hexadecimal.
  Rope address(std::string_view rest, char join) const {
    std::string error;
    Rope url(*belfry::parseBaseUrl(config.base_url, error) + "/" + config.api_version + "/" + config.phone_number_id +
             std::string(rest));
    if (config.sign_requests) url.bytes(std::string(1, join) + "appsecret_proof=").made(0);
    return url;
  }

  int post(Op& op, std::string_view json) const {
    HttpRequest request("POST", address("/messages", '?'));
    prove(request);
    return op.send(request.bearer("access_token").json(json).commits(), kSendTag);
  }

  void prove(HttpRequest& request) const {
    if (config.sign_requests)
      request.make(BF_MAKE_HMAC_SHA256, "app_secret", Rope().secret("access_token"), BF_XFORM_HEX);
  }

  /// Graph API, "Webhooks: getting started": the challenge goes back only to who knows our token.
  int handshake(Op& op, const Webhook& hook) const {
    const auto challenge = hook.queryParam("hub.challenge");
    const bool known = host().matches("verify_token", hook.queryParam("hub.verify_token"));
    if (!known || hook.queryParam("hub.mode") != "subscribe" || challenge.empty())
      return op.reply(403, {}, "bad_verify_token");
    return op.reply(200, challenge, {}, {{"Content-Type", "text/plain"}, {"X-Content-Type-Options", "nosniff"}});
  }

  bool isSigned(const Webhook& hook) const {
    const auto header = hook.header("x-hub-signature-256");
    if (header.substr(0, 7) != "sha256=") return false;
    const auto mac = belfry::hexDecoded(header.substr(7));
    return mac && host().verifyMac(BF_MAC_HMAC_SHA256, "app_secret", hook.body(), *mac);
  }

  whatsapp::Notified collector(Op& op, std::int64_t received_s) const {
    return {[&op](const belfry::Receipt& receipt) { return op.event(receipt); },
            [this, &op, received_s](std::string_view wa_id, std::int64_t at_s) { keep(op, wa_id, at_s, received_s); },
            [this](std::string_view why) { host().count(why); }};
  }

  /// A session that cannot be kept costs a template later, not the receipts beside it.
  void keep(Op& op, std::string_view wa_id, std::int64_t at_s, std::int64_t received_s) const {
    const std::int64_t left = std::min(at_s + kSessionS - received_s, kSessionS);
    if (left <= 0) return;
    try {
      op.put(sessionKey(wa_id), std::to_string(at_s), static_cast<std::uint32_t>(left));
    } catch (const belfry::VerbFailed&) {
      host().count("session_not_kept");
    }
  }
};

}  // namespace

BELFRY_PLUGIN(WhatsApp, BELFRY_PLUGIN_ID, BELFRY_PLUGIN_VERSION)
