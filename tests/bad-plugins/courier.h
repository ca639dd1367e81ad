// A channel plugin without a fault that talks to a provider over HTTP; each file that uses it adds the fault that it is
// named for. Its vectors lie in courier/.
#pragma once

#include <belfry/belfry.hpp>
#include <belfry/json_writer.hpp>

#include <cstdlib>
#include <string>
#include <string_view>

namespace courier {

struct Config {
  std::string base_url = "https://api.courier.example";
  std::string sender;
  std::uint32_t replay_window_s = 300;
};

inline std::string hexDecoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    out += static_cast<char>(belfry::detail::hexDigit(text[i]) * 16 + belfry::detail::hexDigit(text[i + 1]));
  return out;
}

template <class T>
class Courier : public belfry::Channel<T> {
 public:
  using Op = belfry::ChannelOp;
  using Batch = belfry::Batch;
  using Send = belfry::Send;
  using Reply = belfry::Reply;
  using Webhook = belfry::Webhook;
  using Config = courier::Config;
  static constexpr std::uint32_t kMaxBatch = 3;

  struct State {
    std::uint32_t messages;
    std::int32_t refreshed;
    std::uint32_t lengths[kMaxBatch];
    void* spare;  ///< for those who do what they must not
  };

  Config config;
  static void bindConfig(belfry::ConfigBinder& binder, Config& out) {
    binder.field("base_url", out.base_url);
    binder.field("sender", out.sender);
    binder.field("replay_window_s", out.replay_window_s);
  }

  std::uint64_t batchKey(const Send&) const { return 1; }

  int begin(Op& op, State& state, const Batch& batch) const {
    state.messages = batch.size();
    return op.send(self().request(batch));
  }

  belfry::HttpRequest request(const Batch& batch) const {
    belfry::HttpRequest out("POST", config.base_url + "/send");
    out.bearer("api_key").json(self().content(batch)).commits();
    return out;
  }

  std::string content(const Batch& batch) const {
    std::string out = "{\"from\":";
    belfry::writeJsonString(out, config.sender);
    out += ",\"messages\":[";
    for (std::uint32_t i = 0; i < batch.size(); ++i) {
      if (i != 0) out += ',';
      out += "{\"to\":";
      belfry::writeJsonString(out, batch[i].to());
      out += ",\"text\":";
      belfry::writeJsonString(out, batch[i].text());
      out += '}';
    }
    return out + "]}";
  }

  int resume(Op& op, State& state, const Reply& reply) const {
    if (auto refused = reply.standardHttpOutcome()) return op.doneAll(state.messages, *refused);
    return op.doneAll(state.messages, {BF_ACCEPTED, "", "", "", 0});
  }

  int webhook(Op& op, State&, const Webhook& hook) const {
    if (hook.method() == "GET") return self().handshake(op, hook);
    if (!self().isGenuine(hook)) return op.reply(403, {}, "bad_signature");
    if (!self().isFresh(hook)) return op.reply(403, {}, "stale");
    belfry::JsonDom dom;
    if (!dom.parse(hook.body()) || !dom.root().isArray()) return op.reply(400, {}, "not_json");
    for (const belfry::Json item : dom.root().elements()) {
      belfry::Receipt receipt;
      receipt.type = BF_RECEIPT_DELIVERED;
      receipt.delivery_id = item["delivery"].asString();
      op.event(receipt);
    }
    return op.reply(204);
  }

  int handshake(Op& op, const Webhook& hook) const {
    if (!this->host().matches("webhook_key", hook.queryParam("hub.verify_token"))) return op.reply(403);
    return op.reply(200, hook.queryParam("hub.challenge"));
  }
  bool isGenuine(const Webhook& hook) const {
    if (!this->host().hasCrypto()) return false;
    const belfry::Rope data(std::string(hook.header("x-timestamp")) + "." + std::string(hook.body()));
    return this->host().verifyMac(BF_MAC_HMAC_SHA256, "webhook_key", data, hexDecoded(hook.header("x-signature")));
  }
  bool isFresh(const Webhook& hook) const {
    const std::string text(hook.header("x-timestamp"));
    const long long at = std::atoll(text.c_str()) * 1000;
    const long long window = static_cast<long long>(config.replay_window_s) * 1000;
    return at <= hook.receivedMs() + window && at >= hook.receivedMs() - window;
  }

 private:
  const T& self() const { return static_cast<const T&>(*this); }
};

/// Reaches the raw table behind an operation.
struct Raw : belfry::ChannelOp {
  static const bf_ops* ops(const belfry::ChannelOp& op) { return op.*(&Raw::ops_); }
  static bf_op* handle(const belfry::ChannelOp& op) { return op.*(&Raw::op_); }
};

}  // namespace courier

#define COURIER_PLUGIN(Type) BELFRY_PLUGIN(Type, "bad", "1.0.0")
