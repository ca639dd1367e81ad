// Push messages over Firebase Cloud Messaging, HTTP v1. A step asks for the access token, the next posts the message; a
// 401 brings one fresh token and one more try. The service account's key signs in the host.
#include <belfry/base_url.hpp>
#include <belfry/belfry.hpp>
#include <belfry/json_writer.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "answer.h"
#include "message.h"

namespace {

using belfry::HttpRequest;
using belfry::Rope;

constexpr std::string_view kToken = "access";
/// Service accounts: "exp … a maximum of 1 hour after the issued time".
constexpr std::int64_t kAssertionLifetime = 3600;
/// Checked by FCM and not sent.
constexpr std::string_view kProbe =
    R"({"validateOnly":true,"message":{"topic":"belfry-probe","notification":{"title":"probe"}}})";

class Fcm : public belfry::Channel<Fcm> {
 public:
  struct Config {
    std::string project_id;
    std::string token_uri = "https://oauth2.googleapis.com/token";
    std::string base_url = "https://fcm.googleapis.com";
    std::string scope = "https://www.googleapis.com/auth/firebase.messaging";
  };
  BF_FIELDS(Config, project_id, token_uri, base_url, scope)

  struct State {
    bool refreshed;  // a fresh token was asked for already
  };
  enum Tag : std::uint32_t { kTokenTag = 1, kSendTag = 2 };

  std::string check() const {
    if (!isProjectId(config.project_id))
      return "project_id is \"" + config.project_id + "\"; allowed: letters, digits, '-', '.' and ':', at most 100";
    if (config.scope.empty()) return "scope is empty; allowed: OAuth scopes parted by spaces";
    std::string error;
    if (!belfry::parseBaseUrl(config.token_uri, error))
      return "token_uri" + error.substr(std::string("base_url").size());
    belfry::parseBaseUrl(config.base_url, error);
    return error;
  }

  int begin(Op& op, State&, const Send& send) const {
    const auto body = fcm::messageBody(send, op.nowMs());
    if (!body.fault.empty()) return op.done({BF_REJECTED_REQUEST, "invalid_message", body.fault, {}, 0});
    return op.token(kToken, false, kTokenTag);
  }

  int resume(Op& op, State& state, const Reply& reply) const {
    if (reply.tag() == kTokenTag) {
      if (reply.fate() != BF_FATE_DONE) return op.done(fcm::withoutToken(reply));
      const auto body = fcm::messageBody(reply.message(), op.nowMs());
      if (!body.fault.empty()) return op.done({BF_REJECTED_REQUEST, "invalid_message", body.fault, {}, 0});
      auto request = post(body.json);
      return op.send(request.commits(), kSendTag);
    }
    const auto answer = fcm::sendAnswer(reply);
    if (answer.stale_token && !std::exchange(state.refreshed, true)) return op.token(kToken, true, kTokenTag);
    return op.done(answer.result);
  }

  int probe(Op& op, State&) const { return op.token(kToken, false, kTokenTag); }

  int resumeProbe(Op& op, State& state, const Reply& reply) const {
    if (reply.tag() == kTokenTag) {
      if (reply.fate() != BF_FATE_DONE) return op.done(fcm::withoutToken(reply));
      return op.send(post(kProbe), kSendTag);
    }
    auto answer = fcm::sendAnswer(reply);
    if (answer.stale_token && !std::exchange(state.refreshed, true)) return op.token(kToken, true, kTokenTag);
    if (answer.result.outcome == BF_UNKNOWN) answer.result.outcome = BF_RETRY;  // nothing could be sent
    return op.done(answer.result);
  }

  int token(Op& op, State&, std::string_view) const {
    const std::int64_t now = op.nowMs() / 1000;
    belfry::JsonText rest;
    rest.beginObject().member("scope", config.scope).member("aud", config.token_uri).member("iat", now);
    rest.member("exp", now + kAssertionLifetime).endObject();
    HttpRequest request("POST", config.token_uri);
    const auto assertion = request.make(BF_MAKE_JWT_RS256, "service_account#/private_key",
                                        quoted("{\"iss\":", "client_email").bytes("," + rest.take().substr(1)),
                                        BF_XFORM_RAW, quoted("{\"typ\":\"JWT\",\"kid\":", "private_key_id").bytes("}"));
    request.form(Rope("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=").made(assertion));
    return op.send(request);
  }

  int resumeToken(Op& op, State&, const Reply& reply) const {
    const auto answer = fcm::tokenAnswer(reply);
    return answer.token.empty() ? op.fail(answer.code, answer.detail) : op.putToken(answer.token, answer.ttl_s);
  }

 private:
  static bool isProjectId(std::string_view id) {
    for (const char c : id)
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
            c == ':'))
        return false;
    return !id.empty() && id.size() <= 100;
  }

  /// `before`, then a member of the service account as a JSON string.
  static Rope quoted(std::string_view before, std::string_view member) {
    return Rope(before).bytes("\"").secret("service_account#/" + std::string(member), BF_XFORM_JSON).bytes("\"");
  }

  HttpRequest post(std::string_view json) const {
    std::string error;
    HttpRequest request(
        "POST", *belfry::parseBaseUrl(config.base_url, error) + "/v1/projects/" + config.project_id + "/messages:send");
    request.bearerToken(kToken).json(json);
    return request;
  }
};

}  // namespace

BELFRY_PLUGIN(Fcm, BELFRY_PLUGIN_ID, BELFRY_PLUGIN_VERSION)
