// E-mail through Amazon SES, API v2. One message is one SendEmail, several that may share a request are one
// SendBulkEmail, whose answer has a status for each.
//
// A callback comes through SNS and is proven in steps: what can be refused without asking anybody is refused; the
// certificate comes from what the host kept, or from SNS; then the signature decides; a subscription is then confirmed.
#include <belfry/aws.hpp>
#include <belfry/aws_errors.hpp>
#include <belfry/belfry.hpp>
#include <belfry/mail_content.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "errors.h"
#include "insights.h"
#include "mail_events.h"
#include "mail_request.h"
#include "sns_inbound.h"

namespace {

using belfry::HttpRequest;
using belfry::Receipt;
using belfry::SendResult;

/// SNS changes its certificates about once a year, under new addresses.
constexpr std::uint32_t kKeepCertificate_s = 30 * 86'400;
constexpr std::size_t kMaxCertificate = 16 * 1024;

class Ses : public belfry::Channel<Ses> {
 public:
  static constexpr std::uint32_t kMaxBatch = ses::kMaxEntries;

  struct Config {
    std::string region;
    std::string base_url;
    bool fips = false;
    bool dual_stack = false;
    std::string from;
    std::string reply_to;
    std::string from_identity_arn;
    std::string configuration_set;
    std::string mode = "auto";
    bool bulk = true;
    std::vector<std::string> topic_arns;
    std::uint32_t replay_window_s = 3600;
  };
  BF_FIELDS(Config, region, base_url, fips, dual_stack, from, reply_to, from_identity_arn, configuration_set, mode,
            bulk, topic_arns, replay_window_s)

  enum class Step : std::int32_t { none, kept_certificate, fetched_certificate, confirmed };
  struct State {
    std::uint64_t in_request;  // SEND: one bit for each message that was asked for
    Step step;                 // WEBHOOK: what was asked for
  };

  std::string check() const {
    std::string why;
    if (!belfry::aws::isRegion(config.region))
      return "region is \"" + config.region + "\"; allowed: an AWS region such as eu-west-1";
    if (!endpoint(why)) return why;
    if (!config.from.empty() && !belfry::parseMailbox(config.from, why))
      return "from is \"" + config.from + "\": " + why;
    if (!config.reply_to.empty() && !belfry::parseMailbox(config.reply_to, why))
      return "reply_to is \"" + config.reply_to + "\": " + why;
    if (config.mode != "auto" && config.mode != "simple" && config.mode != "raw")
      return "mode is \"" + config.mode + "\"; allowed: auto, simple, raw";
    for (const auto& arn : config.topic_arns)
      if (arn.substr(0, 4) != "arn:" || arn.find(":sns:") == std::string::npos)
        return "topic_arns has \"" + arn + "\"; allowed: arn:aws:sns:region:account:topic";
    if (config.replay_window_s == 0) return "replay_window_s is 0; allowed: 1 to 86400";
    return {};
  }

  std::uint64_t batchKey(const Send& send) const { return ses::bulkKey(send, shared()); }

  int begin(Op& op, State& state, const Batch& batch) const {
    const auto defaults = shared();
    std::vector<Send> sendable;
    for (std::uint32_t i = 0; i < batch.size(); ++i) {
      const Send send = batch[i];
      const auto fault = ses::faultOf(send, defaults);
      if (!fault.empty()) {
        op.result(i, belfry::mail::invalidMessage(fault));
      } else if (!sendable.empty() && !ses::sameBulk(sendable.front(), send, defaults)) {
        op.result(i, {BF_RETRY, "batch_mismatch", "it cannot share a request with the others", {}, 0});
      } else {
        sendable.push_back(send);
        state.in_request |= std::uint64_t{1} << i;
      }
    }
    if (sendable.empty()) return BF_STEP_DONE;
    const bool bulk = sendable.size() > 1;
    auto request = call("POST", bulk ? "/v2/email/outbound-bulk-emails" : "/v2/email/outbound-emails");
    if (bulk) ses::putSendBulkEmail(request, sendable, defaults);
    else ses::putSendEmail(request, sendable.front(), defaults);
    request.commits();
    if (op.start(request, 0) == BF_OK) return op.wait();
    return settle(op, state, {BF_CREDENTIAL, "denied", "the host does not allow this exchange", {}, 0});
  }

  int resume(Op& op, State& state, const Reply& reply) const {
    if (const auto failed = reply.transportFailure()) return settle(op, state, *failed);
    if (!reply.ok()) return settle(op, state, refusal(reply));
    belfry::JsonDom dom;
    const bool bulk = (state.in_request & (state.in_request - 1)) != 0;
    if (reply.truncated() || !dom.parse(reply.body())) return settle(op, state, unreadable(reply));
    if (bulk) return settleEntries(op, state, reply, dom.root()["BulkEmailEntryResults"]);
    SendResult out = reply.refusal(BF_ACCEPTED);
    out.provider_id = dom.root()["MessageId"].asString();
    return settle(op, state, out.provider_id.empty() ? unreadable(reply) : out);
  }

  // ---- callbacks
  int webhook(Op& op, State& state, const Webhook& callback) const {
    if (callback.method() != "POST") return op.reply(405, {}, "method", {{"Allow", "POST"}});
    if (config.topic_arns.empty())
      return op.reply(403, "this instance has no topic_arns: its callbacks cannot be proven", "no_topics");
    ses::SnsMessage message;
    if (!message.parse(callback.body())) return op.reply(400, {}, "malformed");
    const char* why = ses::refusalOf(message, config.topic_arns, callback.receivedMs(), config.replay_window_s);
    if (why) return op.reply(403, {}, why);
    state.step = Step::kept_certificate;
    return op.get(certificateKey(message));
  }

  int resumeWebhook(Op& op, State& state, const Reply& reply) const {
    const auto callback = reply.callback();
    ses::SnsMessage message;
    message.parse(callback.body());
    switch (state.step) {
      case Step::kept_certificate:
        if (reply.found()) return judge(op, state, message, callback, reply.value());
        state.step = Step::fetched_certificate;
        return fetch(op, message.certificateUrl());
      case Step::fetched_certificate: {
        if (!reply.ok() || reply.truncated() || reply.body().size() > kMaxCertificate)
          return op.reply(503, {}, "no_certificate");
        const std::string certificate(reply.body());
        if (message.signedBy(certificate, host(), callback.receivedMs()))
          op.put(certificateKey(message), certificate, kKeepCertificate_s);
        return judge(op, state, message, callback, certificate);
      }
      case Step::confirmed:
        // SNS posts it again after an answer that is no 2xx.
        return reply.ok() ? op.reply(204) : op.reply(503, {}, "not_confirmed");
      default: return op.fail("bad_input", "nothing was asked for that could be answered");
    }
  }

  // ---- probe and status
  /// GetAccount tells whether the account may send, and changes nothing.
  int probe(Op& op, State&) const { return op.send(call("GET", "/v2/email/account")); }

  int resumeProbe(Op& op, State&, const Reply& reply) const {
    if (const auto failed = reply.transportFailure()) return op.done(*failed);
    if (!reply.ok()) return op.done(refusal(reply));
    belfry::JsonDom dom;
    if (!dom.parse(reply.body()) || !dom.root()["SendingEnabled"].isBool())
      return op.done(reply.refusal(BF_CREDENTIAL, "not_ses", "base_url answers, but not as SES does"));
    const auto account = dom.root();
    if (!account["SendingEnabled"].asBool())
      return op.done(reply.refusal(BF_CREDENTIAL, "sending_disabled", "SES has disabled sending for this account"));
    if (account["EnforcementStatus"].asString() == "SHUTDOWN")
      return op.done(reply.refusal(BF_CREDENTIAL, "shutdown", "SES has shut this account down"));
    return op.done(reply.refusal(BF_ACCEPTED, {},
                                 account["ProductionAccessEnabled"].asBool()
                                     ? "production access"
                                     : "sandbox: only verified addresses can be sent to"));
  }

  int status(Op& op, State&, const Query& query) const {
    if (query.providerId().empty())
      return op.done({BF_UNKNOWN, "no_provider_id", "SES knows messages by its own id only", {}, 0});
    return op.send(call("GET", "/v2/email/insights/" + belfry::percentEncoded(query.providerId()) + "/"));
  }

  int resumeStatus(Op& op, State&, const Reply& reply) const {
    if (const auto failed = reply.transportFailure()) return op.done(*failed);
    const auto emit = [&](const Receipt& receipt) { op.event(receipt); };
    if (reply.ok() && ses::readInsights(reply.body(), emit)) return op.done(reply.refusal(BF_ACCEPTED));
    SendResult out = reply.ok() ? unreadable(reply) : refusal(reply);
    if (out.outcome == BF_REJECTED_REQUEST) out.outcome = BF_UNKNOWN;
    return op.done(out);
  }

 private:
  std::optional<std::string> endpoint(std::string& error) const {
    return belfry::aws::endpoint("email", {config.region, config.base_url, config.fips, config.dual_stack}, error);
  }

  HttpRequest call(std::string_view method, std::string_view path) const {
    std::string why;
    HttpRequest request(method, *endpoint(why) + std::string(path));
    request.sigv4(config.region, "ses");
    return request;
  }

  ses::Defaults shared() const {
    return {config.from, config.reply_to, config.configuration_set, config.from_identity_arn, config.mode, config.bulk};
  }

  static SendResult refusal(const Reply& reply) {
    return belfry::aws::refusal(reply, ses::kErrors, belfry::aws::jsonFault(reply));
  }

  /// 2xx with a body that is not what SES says: it may have taken it.
  static SendResult unreadable(const Reply& reply) {
    return reply.refusal(BF_UNKNOWN, "unreadable", "the answer is not one of SES");
  }

  static int settle(Op& op, const State& state, const SendResult& result) {
    for (std::uint32_t i = 0; i < kMaxBatch; ++i)
      if (state.in_request >> i & 1) op.result(i, result);
    return BF_STEP_DONE;
  }

  /// Entries stand in the order of the request. One that is missing proves nothing.
  static int settleEntries(Op& op, const State& state, const Reply& reply, belfry::Json entries) {
    std::size_t place = 0;
    for (std::uint32_t i = 0; i < kMaxBatch; ++i)
      if (state.in_request >> i & 1) op.result(i, entryResult(reply, entries[place++]));
    return BF_STEP_DONE;
  }

  static SendResult entryResult(const Reply& reply, belfry::Json entry) {
    const auto status = entry["Status"].asString();
    const auto outcome = belfry::outcomeOf(ses::kBulkStatuses, status);
    if (!outcome) return unreadable(reply);
    SendResult out = reply.refusal(*outcome, status, entry["Error"].asString());
    out.provider_id = entry["MessageId"].asString();
    return out;
  }

  static std::string certificateKey(const ses::SnsMessage& message) {
    return "certificate/" + std::string(message.certificateUrl());
  }

  int fetch(Op& op, std::string_view url) const {
    if (op.start(HttpRequest("GET", url), 0) == BF_OK) return op.wait();
    return op.reply(503, {}, "egress_refused");
  }

  int judge(Op& op, State& state, const ses::SnsMessage& message, const Webhook& callback,
            std::string_view certificate) const {
    if (!message.signedBy(certificate, host(), callback.receivedMs())) return op.reply(403, {}, "bad_signature");
    if (message.isSubscription()) {
      state.step = Step::confirmed;
      return fetch(op, message.subscribeUrl());
    }
    if (!message.isNotification()) {
      host().log(BF_LOG_WARN, "sns topic unsubscribed");
      return op.reply(204);
    }
    bool malformed = false;
    const auto kind = ses::readEvent(message.message(), message.id(), [&](const Receipt& receipt) {
      if (!op.event(receipt)) malformed = true;
    });
    if (malformed || kind == ses::EventKind::malformed) host().count("event_malformed");
    if (kind == ses::EventKind::ignored) host().count("event_ignored");
    return op.reply(204);
  }
};

}  // namespace

BELFRY_PLUGIN(Ses, BELFRY_PLUGIN_ID, BELFRY_PLUGIN_VERSION)
