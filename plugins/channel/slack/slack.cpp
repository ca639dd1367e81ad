// Slack, by a bot's token (chat.postMessage) or by the URL of an incoming webhook: which of the two secrets is set
// decides. Slack drops no doubles, so what may have been posted is never repeated.
#include "errors.h"
#include "message.h"

#include <belfry/base_url.hpp>
#include <belfry/belfry.hpp>
#include <belfry/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace {

using belfry::SendResult;

constexpr const char* kBotToken = "bot_token";
constexpr const char* kWebhookUrl = "webhook_url";
constexpr const char* kJson = "application/json; charset=utf-8";

/// What Slack adds to some errors: the faults of blocks, the scope that is missing.
std::string detailOf(belfry::Json answer) {
  constexpr std::size_t kMost = 500;
  std::string out;
  for (const belfry::Json line : answer["response_metadata"]["messages"].elements())
    if (out.size() + line.asString().size() < kMost) out += (out.empty() ? "" : "; ") + std::string(line.asString());
  if (const auto scope = answer["needed"].asString(); out.empty() && !scope.empty() && scope.size() < kMost)
    out = "the scope " + std::string(scope) + " is needed";
  return out;
}

/// The word with which an incoming webhook refuses; empty when the body is no such word (a proxy's page).
std::string_view hookWord(std::string_view body) {
  while (!body.empty() && (body.back() == '\n' || body.back() == '\r')) body.remove_suffix(1);
  for (const char c : body)
    if (!(c >= 'a' && c <= 'z') && c != '_') return {};
  return body.size() <= 80 ? body : std::string_view();
}

class Slack : public belfry::Channel<Slack> {
 public:
  struct Config {
    std::string base_url;
    std::string channel;
  };
  BF_FIELDS(Config, base_url, channel)

  struct State {
    bool hook;
    bool own_address;  // the channel is the recipient's, not one of the set-up or of this send
  };

  std::string check() const {
    std::string error;
    if (!config.base_url.empty() && !belfry::parseBaseUrl(config.base_url, error)) return error;
    if (!config.channel.empty() && !slack::isTarget(config.channel))
      return "channel is \"" + config.channel + "\"; allowed: an id such as C1234567890, or a name such as #alerts";
    return {};
  }

  int begin(Op& op, State& state, const Send& send) const {
    state.hook = !host().isSet(kBotToken);
    if (state.hook && !host().isSet(kWebhookUrl)) return op.done(noSecret());
    const auto channel = state.hook ? std::string_view() : target(send, state);
    if (!state.hook && channel.empty())
      return op.done(belfry::rejectedRequest(
          "no_channel",
          "to: no Slack channel is named; the option channel, the recipient or the config needs an id such as "
          "C1234567890 or a name such as #alerts"));
    if (send.raw().n_attachments != 0)
      return op.done(belfry::rejectedRequest("invalid_message", "attachments: Slack messages here carry none"));
    const auto message = slack::message(send, channel);
    if (!message.fault.empty()) return op.done(belfry::rejectedRequest("invalid_message", message.fault));
    if (state.hook) return postToHook(op, send, message.json);
    return op.send(api("chat.postMessage").body(message.json, kJson).commits());
  }

  int resume(Op& op, State& state, const Reply& reply) const {
    if (auto failed = reply.transportFailure()) return op.done(*failed);
    return state.hook ? hooked(op, reply) : posted(op, state, reply);
  }

  int probe(Op& op, State&) const {
    if (host().isSet(kBotToken)) return op.send(api("auth.test").form(std::string_view()));
    if (!host().isSet(kWebhookUrl)) return op.done(noSecret());
    return op.done({BF_UNKNOWN,
                    "cannot_probe",
                    "an incoming webhook can be proven only by a message that everybody in its channel sees: send one",
                    {},
                    0});
  }

  int resumeProbe(Op& op, State& state, const Reply& reply) const {
    if (auto failed = reply.transportFailure()) return op.done(*failed);
    belfry::JsonDom dom;
    if (!readable(dom, reply)) return op.done(unreadable(reply));
    const belfry::Json answer = dom.root();
    if (!answer["ok"].asBool()) return op.done(refused(state, reply, answer));
    SendResult out;
    out.outcome = BF_ACCEPTED;
    out.detail = "the token is good: " + std::string(answer["user"].asString("?")) + " in " +
                 std::string(answer["team"].asString("?"));
    return op.done(out);
  }

 private:
  static SendResult noSecret() {
    return {BF_CREDENTIAL, "no_secret", "neither bot_token nor webhook_url is set; one of them is needed", {}, 0};
  }

  belfry::HttpRequest api(std::string_view method) const {
    std::string error;
    const auto base = config.base_url.empty() ? "https://slack.com/api" : *belfry::parseBaseUrl(config.base_url, error);
    belfry::HttpRequest request("POST", base + "/" + std::string(method));
    request.bearer(kBotToken);
    return request;
  }

  /// The whole URL of a webhook is a secret; scheme and host are the config's, and Belfry compares them.
  int postToHook(Op& op, const Send& send, const std::string& json) const {
    for (const std::string option : {"channel", "reply_broadcast"})
      if (send.hasOption(option))
        return op.done(belfry::rejectedRequest(
            "invalid_message",
            "options." + option + " needs bot_token: an incoming webhook posts to its own channel only"));
    std::string error;
    auto origin = config.base_url.empty() ? "https://hooks.slack.com" : *belfry::parseBaseUrl(config.base_url, error);
    origin = origin.substr(0, origin.find('/', origin.find("://") + 3)) + "/";
    belfry::HttpRequest request("POST", belfry::Rope(origin).secret(kWebhookUrl, BF_XFORM_URL_REST));
    if (op.start(request.body(json, kJson).commits(), 0) == BF_OK) return op.wait();
    return op.done(
        {BF_CREDENTIAL, "denied", "webhook_url does not begin with " + origin + ", or may not be used", {}, 0});
  }

  /// The option channel, a recipient who is named by a Slack id, or the config's channel; empty: none.
  std::string_view target(const Send& send, State& state) const {
    if (send.hasOption("channel")) return slack::isTarget(send.option("channel")) ? send.option("channel") : "";
    state.own_address = slack::isTarget(send.to());
    return state.own_address ? send.to() : std::string_view(config.channel);
  }

  static bool readable(belfry::JsonDom& dom, const Reply& reply) {
    return !reply.truncated() && dom.parse(reply.body()) && dom.root()["ok"].isBool();
  }

  /// A proxy's page or half an answer: with 2xx nobody knows what became of it, and with 404 base_url leads elsewhere.
  static SendResult unreadable(const Reply& reply) {
    const auto outcome = reply.ok()              ? std::int32_t{BF_UNKNOWN}
                         : reply.status() == 404 ? std::int32_t{BF_CREDENTIAL}
                                                 : belfry::httpOutcome(reply.status());
    return reply.refusal(outcome, {}, "what came back is no answer of Slack's Web API");
  }

  static SendResult refused(const State& state, const Reply& reply, belfry::Json answer) {
    const auto code = answer["error"].asString();
    auto outcome = belfry::outcomeOf(slack::kApiErrors, code);
    if (!outcome) outcome = reply.ok() ? std::int32_t{BF_REJECTED_REQUEST} : belfry::httpOutcome(reply.status());
    // A channel of the set-up or of one send must not cost the recipient anything.
    if (*outcome == BF_REJECTED_RECIPIENT && !state.own_address) outcome = BF_REJECTED_REQUEST;
    return reply.refusal(*outcome, code, detailOf(answer));
  }

  static int posted(Op& op, const State& state, const Reply& reply) {
    belfry::JsonDom dom;
    if (!readable(dom, reply)) return op.done(unreadable(reply));
    const belfry::Json answer = dom.root();
    if (!answer["ok"].asBool()) return op.done(refused(state, reply, answer));
    SendResult out;
    out.outcome = BF_ACCEPTED;
    if (answer["ts"].isString())
      out.provider_id = std::string(answer["channel"].asString()) + ":" + std::string(answer["ts"].asString());
    return op.done(out);
  }

  static int hooked(Op& op, const Reply& reply) {
    const auto word = hookWord(reply.body());
    if (reply.ok()) {
      if (word == "ok") return op.done({BF_ACCEPTED, {}, {}, {}, 0});
      return op.done(reply.refusal(BF_UNKNOWN, {}, "what came back is no answer of an incoming webhook"));
    }
    const auto known = belfry::outcomeOf(slack::kHookErrors, word);
    const auto outcome = known                                            ? *known
                         : reply.status() == 404 || reply.status() == 410 ? std::int32_t{BF_CREDENTIAL}
                                                                          // the webhook is gone
                                                                          : belfry::httpOutcome(reply.status());
    return op.done(reply.refusal(outcome, word));
  }
};

}  // namespace

BELFRY_PLUGIN(Slack, BELFRY_PLUGIN_ID, BELFRY_PLUGIN_VERSION)
