// @TITLE@: one HTTP request for each message, and signed callbacks that say what became of it.
#include <belfry/belfry.hpp>
#include <belfry/json_writer.hpp>

#include <charconv>
#include <string>
#include <string_view>

namespace {

/// The provider's error codes. Codes that are not here are judged by their HTTP status.
constexpr belfry::ErrorRule kErrors[] = {
    {"invalid_recipient", BF_REJECTED_RECIPIENT},
    {"text_too_long", BF_REJECTED_REQUEST},
    {"account_suspended", BF_CREDENTIAL},
};

std::string hexDecoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
    if (error != std::errc() || end != text.data() + i + 2) return {};
    out += static_cast<char>(value);
  }
  return out;
}

class @CLASS@ : public belfry::Channel<@CLASS@> {
 public:
  struct Config {
    std::string base_url = "https://api.@ID@.example";
    std::string sender;
    std::uint32_t replay_window_s = 300;
  };
  BF_FIELDS(Config, base_url, sender, replay_window_s)

  struct State {};  // what must live from one step to the next; plain data

  int begin(Op& op, State&, const Send& send) const {
    std::string body = "{\"to\":";
    belfry::writeJsonString(body, send.to());
    body += ",\"from\":";
    belfry::writeJsonString(body, config.sender);
    body += ",\"text\":";
    belfry::writeJsonString(body, send.text());
    body += ",\"callback\":";
    belfry::writeJsonString(body, belfry::correlated(send.callbackUrl(), send));
    body += "}";
    belfry::HttpRequest request("POST", url("/v1/messages"));
    request.bearer("api_key").json(body).commits();  // it may deliver: after "maybe sent" the outcome is UNKNOWN
    return op.send(request);
  }

  int resume(Op& op, State&, const Reply& reply) const {
    belfry::JsonDom answer;
    const bool readable = reply.status() != 0 && answer.parse(reply.body());
    const std::string_view code = readable ? answer.root()["code"].asString() : std::string_view();
    const std::string_view text = readable ? answer.root()["message"].asString() : std::string_view();
    if (const auto outcome = belfry::outcomeOf(kErrors, code); outcome && !reply.ok() && reply.status() != 0)
      return op.done(reply.refusal(*outcome, code, text));
    if (const auto refused = reply.standardHttpOutcome(code, text)) return op.done(*refused);
    belfry::SendResult accepted;
    accepted.outcome = BF_ACCEPTED;
    accepted.provider_id = readable ? answer.root()["id"].asString() : std::string_view();
    return op.done(accepted);
  }

  int probe(Op& op, State&) const {
    belfry::HttpRequest request("GET", url("/v1/account"));
    request.bearer("api_key");
    return op.send(request);
  }
  int resumeProbe(Op& op, State&, const Reply& reply) const {
    if (const auto refused = reply.standardHttpOutcome()) return op.done(*refused);
    return op.done({BF_ACCEPTED, {}, {}, {}, 0});
  }

  int webhook(Op& op, State&, const Webhook& hook) const {
    if (!isGenuine(hook)) return op.reply(403, {}, "bad_signature");
    if (!isFresh(hook)) return op.reply(403, {}, "stale");
    belfry::JsonDom body;
    if (!body.parse(hook.body()) || !body.root().isObject()) return op.reply(400, {}, "not_json");
    belfry::Receipt receipt;
    const std::string delivery = hook.deliveryId();
    receipt.delivery_id = delivery;
    receipt.attempt = hook.attempt();
    receipt.provider_id = body.root()["id"].asString();
    receipt.type = typeOf(body.root()["status"].asString());
    if (receipt.type != 0) op.event(receipt);  // kinds that are not known are none of ours
    return op.reply(204);
  }

 private:
  std::string url(std::string_view path) const {
    std::string base = config.base_url;
    while (!base.empty() && base.back() == '/') base.pop_back();
    return base + std::string(path);
  }

  static std::int32_t typeOf(std::string_view status) {
    if (status == "delivered") return BF_RECEIPT_DELIVERED;
    if (status == "undelivered") return BF_RECEIPT_FAILED;
    return 0;
  }

  /// HMAC-SHA256 of "<x-timestamp>.<body>" in hex, over the bytes as they came.
  bool isGenuine(const Webhook& hook) const {
    if (!host().hasCrypto()) return false;
    belfry::Rope data(hook.header("x-timestamp"));
    data.bytes(".").bytes(hook.body());
    return host().verifyMac(BF_MAC_HMAC_SHA256, "webhook_key", data, hexDecoded(hook.header("x-signature")));
  }

  bool isFresh(const Webhook& hook) const {
    const auto text = hook.header("x-timestamp");
    std::int64_t at_s = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), at_s);
    if (error != std::errc() || end != text.data() + text.size()) return false;
    const std::int64_t off = hook.receivedMs() / 1000 - at_s;
    return off <= config.replay_window_s && -off <= static_cast<std::int64_t>(config.replay_window_s);
  }
};

}  // namespace

BELFRY_PLUGIN(@CLASS@, BELFRY_PLUGIN_ID, BELFRY_PLUGIN_VERSION)
