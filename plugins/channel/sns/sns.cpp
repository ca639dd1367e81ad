// Text messages and mobile push through Amazon SNS: one plugin, two channels.
//
// A push message goes to the endpoint of a device. Where the address is a device's token, the endpoint is made first:
//   look up what was kept for the token -> CreatePlatformEndpoint -> Publish
// An endpoint that was kept and is gone is made again, once. Messages to one topic go out together (PublishBatch).
#include <belfry/aws.hpp>
#include <belfry/batch_key.hpp>
#include <belfry/belfry.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "answer.h"
#include "errors.h"
#include "push.h"
#include "sms.h"

namespace {

using belfry::HttpRequest;
using belfry::SendResult;

constexpr std::uint32_t kKeepEndpoint_s = 30 * 86'400;
constexpr std::size_t kMaxBatchBytes = 262'144;  // API reference, PublishBatch: all messages together

class Sns : public belfry::Channel<Sns> {
 public:
  static constexpr std::uint32_t kMaxBatch = 10;  // API reference, PublishBatch

  struct Config {
    std::string region;
    std::string base_url;
    bool fips = false;
    bool dual_stack = false;
    std::vector<std::string> topic_arns;
    std::string android_application_arn;
    std::string ios_application_arn;
    std::string web_application_arn;
    std::string sms_type;
    std::string sender_id;
    std::string max_price_usd;
    std::string origination_number;
    std::string entity_id;
    std::string template_id;
  };
  BF_FIELDS(Config, region, base_url, fips, dual_stack, topic_arns, android_application_arn, ios_application_arn,
            web_application_arn, sms_type, sender_id, max_price_usd, origination_number, entity_id, template_id)

  enum class Step : std::int32_t { none, sms, topic, topic_batch, device, kept, created, kept_device };
  struct State {
    Step step;                 // SEND: what is under way
    std::uint32_t in_request;  // one bit for each message of it
  };

  std::string check() const {
    std::string why;
    if (!belfry::aws::isRegion(config.region))
      return "region is \"" + config.region + "\"; allowed: an AWS region such as eu-west-1";
    if (!endpoint(why)) return why;
    for (const auto& arn : config.topic_arns)
      if (!sns::isTopicArn(arn)) return "topic_arns has \"" + arn + "\"; allowed: arn:aws:sns:region:account:topic";
    for (const auto* arn : {&config.android_application_arn, &config.ios_application_arn, &config.web_application_arn})
      if (!arn->empty() && !sns::isApplicationArn(*arn))
        return "an application is \"" + *arn + "\"; allowed: arn:aws:sns:region:account:app/platform/name";
    return sns::smsFault(texts());
  }

  /// Only messages to one topic may share a request.
  std::uint64_t batchKey(const Send& send) const {
    if (send.channel() == "sms" || send.option("topic_arn").empty()) return 0;
    belfry::BatchHash hash;
    hash.add(send.option("topic_arn"));
    return hash.value();
  }

  int begin(Op& op, State& state, const Batch& batch) const {
    const auto sendable = sift(op, state, batch);
    if (sendable.empty()) return BF_STEP_DONE;
    const Send& first = sendable.front();
    if (first.channel() == "sms") return ask(op, state, Step::sms, sns::smsCall(first, texts()));
    if (!first.option("topic_arn").empty())
      return sendable.size() == 1 ? ask(op, state, Step::topic, sns::pushCall(first, {}, op.nowMs()))
                                  : ask(op, state, Step::topic_batch, sns::topicBatchCall(sendable, op.nowMs()));
    if (sns::isEndpointArn(first.to()))
      return ask(op, state, Step::device, sns::pushCall(first, first.to(), op.nowMs()));
    state.step = Step::kept;
    return op.get(endpointKey(first));
  }

  int resume(Op& op, State& state, const Reply& reply) const {
    switch (state.step) {
      case Step::sms:
      case Step::topic: return settle(op, state, sns::publishResult(reply, sns::Target::none));
      case Step::device: return settle(op, state, sns::publishResult(reply, sns::Target::device));
      case Step::topic_batch: return settleEntries(op, state, reply);
      case Step::kept: return useKept(op, state, reply);
      case Step::created: return useCreated(op, state, reply);
      case Step::kept_device: return afterKept(op, state, reply);
      default: return op.fail("bad_input", "nothing was asked for that could be answered");
    }
  }

  /// With a platform application: whether it is there and enabled. Otherwise the settings of text messages. Neither
  /// sends nor changes anything.
  int probe(Op& op, State&) const {
    const auto application = anyApplication();
    if (application.empty()) return op.send(call(sns::Query("GetSMSAttributes")));
    sns::Query query("GetPlatformApplicationAttributes");
    return op.send(call(query.add("PlatformApplicationArn", application)));
  }

  int resumeProbe(Op& op, State&, const Reply& reply) const {
    if (const auto failed = reply.transportFailure()) return op.done(*failed);
    if (!reply.ok()) return op.done(probeRefusal(reply));
    belfry::XmlDom xml;
    const auto root = xml.parse(reply.body()) ? xml.root() : belfry::Xml();
    if (root.name() == "GetSMSAttributesResponse") return op.done(reply.refusal(BF_ACCEPTED));
    if (root.name() != "GetPlatformApplicationAttributesResponse")
      return op.done(reply.refusal(BF_CREDENTIAL, "not_sns", "base_url answers, but not as SNS does"));
    for (const auto entry : root["GetPlatformApplicationAttributesResult"]["Attributes"].children())
      if (entry["key"].text() == "Enabled" && entry["value"].text() == "false")
        return op.done(
            reply.refusal(BF_CREDENTIAL, "PlatformApplicationDisabled", "the platform application is disabled"));
    return op.done(reply.refusal(BF_ACCEPTED));
  }

 private:
  std::optional<std::string> endpoint(std::string& error) const {
    return belfry::aws::endpoint("sns", {config.region, config.base_url, config.fips, config.dual_stack}, error);
  }

  HttpRequest call(const sns::Query& query) const {
    std::string why;
    HttpRequest request("POST", *endpoint(why) + "/");
    request.form(query.form()).sigv4(config.region, "sns");
    return request;
  }

  sns::SmsDefaults texts() const {
    return {config.sms_type,           config.sender_id, config.max_price_usd,
            config.origination_number, config.entity_id, config.template_id};
  }
  sns::Applications applications() const {
    return {config.android_application_arn, config.ios_application_arn, config.web_application_arn};
  }
  std::string_view anyApplication() const {
    for (const auto* arn : {&config.android_application_arn, &config.ios_application_arn, &config.web_application_arn})
      if (!arn->empty()) return *arn;
    return {};
  }

  /// Results for what cannot be said or cannot go out with the first; the others.
  std::vector<Send> sift(Op& op, State& state, const Batch& batch) const {
    std::vector<Send> out;
    std::size_t bytes = 0;
    for (std::uint32_t i = 0; i < batch.size(); ++i) {
      const Send send = batch[i];
      const bool sms = send.channel() == "sms";
      const auto fault =
          sms ? sns::smsFault(send, texts()) : sns::pushFault(send, applications(), config.topic_arns, op.nowMs());
      bytes += sms || !fault.empty() ? 0 : sns::messageBytes(send);
      if (!fault.empty()) {
        op.result(i, {BF_REJECTED_REQUEST, "invalid_message", fault, {}, 0});
      } else if (!out.empty() && (batchKey(send) == 0 || batchKey(out.front()) == 0 || bytes > kMaxBatchBytes ||
                                  send.option("topic_arn") != out.front().option("topic_arn"))) {
        op.result(i, {BF_RETRY, "batch_mismatch", "it cannot share a request with the others", {}, 0});
      } else {
        out.push_back(send);
        state.in_request |= 1U << i;
      }
    }
    return out;
  }

  /// A call that delivers.
  int ask(Op& op, State& state, Step step, const sns::Query& query) const {
    state.step = step;
    auto request = call(query);
    request.commits();
    return go(op, state, request);
  }
  int go(Op& op, const State& state, const HttpRequest& request) const {
    if (op.start(request, 0) == BF_OK) return op.wait();
    return settle(op, state, {BF_CREDENTIAL, "denied", "the host does not allow this exchange", {}, 0});
  }

  // ---- a device's token
  /// Tokens may be longer than a key should be. The value tells which token it is for, so that one hash of two tokens
  /// brings no message to the wrong device.
  std::string endpointKey(const Send& send) const {
    belfry::BatchHash hash;
    hash.add(sns::applicationOf(send, applications()));
    hash.add(send.to());
    return "endpoint/" + std::to_string(hash.value());
  }
  std::string keptValue(const Send& send, std::string_view arn) const {
    return std::string(sns::applicationOf(send, applications())) + "\n" + std::string(send.to()) + "\n" +
           std::string(arn);
  }

  Send only(const State& state, const Reply& reply) const {
    std::uint32_t i = 0;
    while (i + 1 < kMaxBatch && (state.in_request >> i & 1) == 0) ++i;
    return reply.batch()[i];
  }

  int useKept(Op& op, State& state, const Reply& reply) const {
    const Send send = only(state, reply);
    const auto mark = keptValue(send, {});
    const auto arn =
        reply.value().substr(0, mark.size()) == mark ? reply.value().substr(mark.size()) : std::string_view();
    if (!reply.found() || !sns::isEndpointArn(arn)) return create(op, state, send);
    return ask(op, state, Step::kept_device, sns::pushCall(send, arn, op.nowMs()));
  }

  /// It delivers nothing, and making it twice gives the same endpoint.
  int create(Op& op, State& state, const Send& send) const {
    state.step = Step::created;
    return go(op, state, call(sns::endpointCall(send, sns::applicationOf(send, applications()))));
  }

  int useCreated(Op& op, State& state, const Reply& reply) const {
    const Send send = only(state, reply);
    const std::string arn = sns::endpointArn(reply);
    if (sns::isEndpointArn(arn)) {
      op.put(endpointKey(send), keptValue(send, arn), kKeepEndpoint_s);
      return ask(op, state, Step::device, sns::pushCall(send, arn, op.nowMs()));
    }
    SendResult out = reply.transportFailure().value_or(
        reply.ok() ? sns::unreadable(reply) : sns::refusal(reply, sns::faultOf(reply), sns::Target::none));
    if (out.code == "NotFound") out.outcome = BF_CREDENTIAL;  // the platform application
    if (out.outcome == BF_UNKNOWN) out.outcome = BF_RETRY;    // nothing was published yet
    return settle(op, state, out);
  }

  /// What was kept may have been deleted since.
  int afterKept(Op& op, State& state, const Reply& reply) const {
    const auto result = sns::publishResult(reply, sns::Target::device);
    const bool gone = result.outcome == BF_REJECTED_RECIPIENT && result.code != "EndpointDisabled";
    return gone ? create(op, state, only(state, reply)) : settle(op, state, result);
  }

  // ---- results
  static int settle(Op& op, const State& state, const SendResult& result) {
    for (std::uint32_t i = 0; i < kMaxBatch; ++i)
      if (state.in_request >> i & 1) op.result(i, result);
    return BF_STEP_DONE;
  }

  static int settleEntries(Op& op, const State& state, const Reply& reply) {
    if (const auto failed = reply.transportFailure()) return settle(op, state, *failed);
    if (!reply.ok()) return settle(op, state, sns::refusal(reply, sns::faultOf(reply), sns::Target::none));
    belfry::XmlDom xml;
    const auto root = xml.parse(reply.body()) ? xml.root() : belfry::Xml();
    std::size_t place = 0;
    for (std::uint32_t i = 0; i < kMaxBatch; ++i)
      if (state.in_request >> i & 1) op.result(i, sns::entryResult(reply, root, std::to_string(place++)));
    return BF_STEP_DONE;
  }

  static SendResult probeRefusal(const Reply& reply) {
    SendResult out = sns::refusal(reply, sns::faultOf(reply), sns::Target::none);
    if (out.code == "NotFound") out.outcome = BF_CREDENTIAL;
    if (out.code == "AuthorizationError")
      out.detail +=
          " (testing needs sns:GetSMSAttributes, with platform applications "
          "sns:GetPlatformApplicationAttributes)";
    return out;
  }
};

}  // namespace

BELFRY_PLUGIN(Sns, BELFRY_PLUGIN_ID, BELFRY_PLUGIN_VERSION)
