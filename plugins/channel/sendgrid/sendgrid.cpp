// E-mail through SendGrid's v3 API. begin checks each message and sends those that can be said in one request; resume
// reads the one answer for each of them. The state remembers which messages were asked for.
#include <belfry/base_url.hpp>
#include <belfry/belfry.hpp>
#include <belfry/mail_content.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "answer.h"
#include "event_webhook.h"
#include "mail_body.h"

namespace {

using belfry::HttpRequest;
using belfry::SendResult;

class SendGrid : public belfry::Channel<SendGrid> {
 public:
  static constexpr std::uint32_t kMaxBatch = 1000;

  struct Config {
    std::string base_url = "https://api.sendgrid.com";
    std::string from;
    std::string reply_to;
    std::string webhook_public_key;
    std::uint32_t replay_window_s = 300;
    std::string ip_pool_name;
    std::vector<std::string> categories;
    std::uint32_t asm_group_id = 0;
    bool sandbox = false;
  };
  BF_FIELDS(Config, base_url, from, reply_to, webhook_public_key, replay_window_s, ip_pool_name, categories,
            asm_group_id, sandbox)

  struct State {
    std::uint32_t asked;                     // messages in the request
    std::uint8_t in_request[kMaxBatch / 8];  // one bit for each message of the operation
  };

  std::string check() const {
    std::string why;
    if (!belfry::parseBaseUrl(config.base_url, why)) return why;
    if (!config.from.empty() && !belfry::parseMailbox(config.from, why))
      return "from is \"" + config.from + "\": " + why;
    if (!config.reply_to.empty() && !belfry::parseMailbox(config.reply_to, why))
      return "reply_to is \"" + config.reply_to + "\": " + why;
    if (config.categories.size() > 10) return "categories has more than 10 entries; allowed: at most 10";
    for (const auto& category : config.categories)
      if (category.empty() || category.size() > 255) return "categories: 1 to 255 bytes each are allowed";
    if (!config.ip_pool_name.empty() && (config.ip_pool_name.size() < 2 || config.ip_pool_name.size() > 64))
      return "ip_pool_name is \"" + config.ip_pool_name + "\"; allowed: 2 to 64 characters";
    if (config.replay_window_s == 0) return "replay_window_s is 0; allowed: 1 to 86400";
    return {};
  }

  std::uint64_t batchKey(const Send& send) const { return sendgrid::sharedKey(send); }

  int begin(Op& op, State& state, const Batch& batch) const {
    const auto defaults = shared();
    std::vector<Send> sendable;
    for (std::uint32_t i = 0; i < batch.size(); ++i) {
      const Send send = batch[i];
      const auto fault = sendgrid::faultOf(send, defaults);
      if (!fault.empty()) {
        op.result(i, belfry::mail::invalidMessage(fault));
      } else if (!sendable.empty() && !sendgrid::sameShared(sendable.front(), send)) {
        // Two different bodies with one hash: never sent under the other's body.
        op.result(i, {BF_RETRY, "batch_mismatch", "it does not share its body with the others", {}, 0});
      } else {
        sendable.push_back(send);
        state.in_request[i / 8] |= static_cast<std::uint8_t>(1U << i % 8);
      }
    }
    state.asked = static_cast<std::uint32_t>(sendable.size());
    if (sendable.empty()) return BF_STEP_DONE;
    HttpRequest request("POST", url("/v3/mail/send"));
    request.bearer("api_key").json(sendgrid::mailBody(sendable, defaults)).commits();
    if (op.start(request, 0) == BF_OK) return op.wait();
    return settle(op, state, [](std::int32_t) {
      return SendResult{BF_CREDENTIAL, "denied", "the host does not allow this exchange", {}, 0};
    });
  }

  int resume(Op& op, State& state, const Reply& reply) const {
    const auto faults = sendgrid::faultsOf(reply.ok() ? std::string_view() : reply.body());
    const auto now_ms = op.nowMs();
    const bool sandbox = sendgrid::inSandbox(reply.batch()[firstAsked(state)], shared());
    return settle(op, state,
                  [&](std::int32_t index) { return sendgrid::resultOf(reply, faults, index, now_ms, sandbox); });
  }

  int webhook(Op& op, State&, const Webhook& callback) const {
    if (callback.method() != "POST") return op.reply(405, {}, "method", {{"Allow", "POST"}});
    const char* refusal = sendgrid::refusalOf(callback, host(), config.webhook_public_key, config.replay_window_s);
    if (refusal && std::string_view(refusal) == "no_public_key")
      return op.reply(403, "this instance has no webhook_public_key: its callbacks cannot be proven", refusal);
    if (refusal) return op.reply(403, {}, refusal);
    belfry::JsonDom dom;
    if (!dom.parse(callback.body()) || !dom.root().isArray()) return op.reply(400, {}, "malformed");
    for (const auto item : dom.root().elements()) take(op, item);
    return op.reply(204);
  }

  /// GET /v3/scopes tells what the key may do and changes nothing.
  int probe(Op& op, State&) const {
    HttpRequest request("GET", url("/v3/scopes"));
    request.bearer("api_key");
    return op.send(request);
  }

  int resumeProbe(Op& op, State&, const Reply& reply) const {
    if (!reply.ok()) {
      const auto faults = sendgrid::faultsOf(reply.body());
      return op.done(sendgrid::resultOf(reply, faults, -1, op.nowMs(), false));
    }
    belfry::JsonDom dom;
    if (!dom.parse(reply.body()) || !dom.root()["scopes"].isArray())
      return op.done(reply.refusal(BF_CREDENTIAL, "not_sendgrid", "base_url answers, but not as SendGrid does"));
    for (const auto scope : dom.root()["scopes"].elements())
      if (scope.asString() == "mail.send") return op.done(reply.refusal(BF_ACCEPTED));
    return op.done(reply.refusal(BF_CREDENTIAL, "no_mail_send", "the API key lacks the scope mail.send"));
  }

 private:
  std::string url(std::string_view path) const {
    std::string why;
    return *belfry::parseBaseUrl(config.base_url, why) + std::string(path);
  }

  sendgrid::Defaults shared() const {
    return {config.from, config.reply_to, config.ip_pool_name, config.categories, config.asm_group_id, config.sandbox};
  }

  static std::uint32_t firstAsked(const State& state) {
    std::uint32_t i = 0;
    while (i + 1 < kMaxBatch && (state.in_request[i / 8] >> i % 8 & 1) == 0) ++i;
    return i;
  }

  /// A result for each message that is in the request; `result` is asked with its place there, -1 when it is alone.
  template <class Result>
  static int settle(Op& op, const State& state, Result&& result) {
    std::int32_t place = 0;
    for (std::uint32_t i = 0; i < kMaxBatch; ++i)
      if (state.in_request[i / 8] >> i % 8 & 1) op.result(i, result(state.asked == 1 ? -1 : place++));
    return BF_STEP_DONE;
  }

  void take(Op& op, belfry::Json item) const {
    auto event = sendgrid::readEvent(item);
    event.receipt.detail = event.detail;
    if (event.kind == sendgrid::ItemKind::ignored) return host().count("event_ignored");
    if (event.kind == sendgrid::ItemKind::malformed || !op.event(event.receipt)) host().count("event_malformed");
  }
};

}  // namespace

BELFRY_PLUGIN(SendGrid, BELFRY_PLUGIN_ID, BELFRY_PLUGIN_VERSION)
