// A generic webhook, signed as Standard Webhooks says (github.com/standard-webhooks, spec/standard-webhooks.md).
// Receivers drop doubles by webhook-id, which is the delivery's id and stays the same over attempts: what may have
// arrived is tried again.
#include "address.h"
#include "event.h"
#include "headers.h"

#include <belfry/belfry.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using belfry::Rope;

constexpr const char* kSecret = "signing_secret";
constexpr const char* kPreviousSecret = "previous_signing_secret";

/// What a receiver's status means. Source: spec, "Delivery success and failure"; RFC 9110 §15.
std::int32_t outcomeOf(std::int32_t status, bool own_address) {
  if (status == 410) return own_address ? BF_REJECTED_RECIPIENT : BF_CREDENTIAL;  // "disable … and stop sending"
  if (status == 429) return BF_THROTTLED;
  if (status == 408 || status == 425 || status >= 500) return BF_RETRY;
  if (status == 401 || status == 403 || status == 407) return BF_CREDENTIAL;  // the signature, or who we are
  if (status >= 300 && status < 400) return BF_CREDENTIAL;                    // "update the webhook URL instead"
  return BF_REJECTED_REQUEST;
}

class Webhook : public belfry::Channel<Webhook> {
 public:
  struct Config {
    std::string url;
    std::string type = "notification";
    std::vector<std::string> allowed_headers;
  };
  BF_FIELDS(Config, url, type, allowed_headers)

  struct State {
    bool own_address;  // the URL is the recipient's
  };

  std::string check() const {
    if (webhook::originOf(config.url).empty())
      return "url is \"" + config.url.substr(0, 200) +
             "\"; allowed: https://host[:port]/path, or http:// for a private host, "
             "without user and fragment";
    if (!webhook::isEventType(config.type))
      return "type is \"" + config.type + "\"; allowed: words of letters, digits and '_' with '.' between them";
    for (const auto& name : config.allowed_headers)
      if (!webhook::isHeaderName(name) || webhook::isOwnHeader(name))
        return "allowed_headers has \"" + name +
               "\"; allowed: names of header fields that Belfry does not write itself";
    return {};
  }

  int begin(Op& op, State& state, const Send& send) const {
    std::string_view url = config.url;
    state.own_address = send.to().find("://") != std::string_view::npos;
    if (state.own_address) {
      if (webhook::originOf(send.to()) != webhook::originOf(config.url))
        return op.done(belfry::rejectedRequest("foreign_host", "to: a URL must begin with " +
                                                                   std::string(webhook::originOf(config.url)) +
                                                                   ", where the provider's config leads"));
      url = send.to();
    }
    const auto type = send.hasOption("type") ? send.option("type") : std::string_view(config.type);
    if (!webhook::isEventType(type))
      return refused(op, "options.type: words of letters, digits and '_' with '.' between them are allowed");
    const auto headers = webhook::headersOf(send, config.allowed_headers);
    if (!headers.fault.empty()) return refused(op, headers.fault);
    Rope body;
    if (const auto why = webhook::writeEvent(send, type, body); !why.empty()) return refused(op, why);

    belfry::HttpRequest request("POST", webhook::withPath(url));
    for (const auto& [name, value] : headers.fields) request.header(name, value);
    sign(request, send.deliveryId(), std::to_string(op.nowMs() / 1000), body);
    return op.send(request.json(body).commitsOnce());
  }

  int resume(Op& op, State& state, const Reply& reply) const {
    if (reply.maybeSent()) return op.done({BF_RETRY, std::string(reply.error()), std::string(reply.detail()), {}, 0});
    if (auto failed = reply.transportFailure()) return op.done(*failed);
    if (reply.ok()) return op.done({BF_DELIVERED, {}, {}, {}, 0});
    return op.done(reply.refusal(outcomeOf(reply.status(), state.own_address)));
  }

  /// A receiver knows no harmless request: whatever it is sent, it may act upon.
  int probe(Op& op, State&) const {
    return op.done({BF_UNKNOWN, "cannot_probe", "a receiver of webhooks has no harmless question: send one", {}, 0});
  }

 private:
  static int refused(Op& op, const std::string& why) {
    return op.done(belfry::rejectedRequest("invalid_message", why));
  }

  /// "Signature scheme" and "Webhook headers": v1, base64(HMAC-SHA256(id.timestamp.body)), once for each secret.
  void sign(belfry::HttpRequest& request, std::string_view id, const std::string& timestamp, const Rope& body) const {
    const auto signature = [&](const char* secret) {
      Rope content(std::string(id) + "." + timestamp + ".");
      content.append(body);
      return request.make(BF_MAKE_HMAC_SHA256, secret, std::move(content), BF_XFORM_BASE64, {}, BF_XFORM_WHSEC);
    };
    Rope signatures("v1,");
    signatures.made(signature(kSecret));
    if (host().isSet(kPreviousSecret)) signatures.bytes(" v1,").made(signature(kPreviousSecret));
    request.header("webhook-id", id).header("webhook-timestamp", timestamp).header("webhook-signature", signatures);
  }
};

}  // namespace

BELFRY_PLUGIN(Webhook, BELFRY_PLUGIN_ID, BELFRY_PLUGIN_VERSION)
