// Short-lived tokens of a tenant's end users, signed with a secret of the tenant that only the host holds. What a token
// claims is believed after the host has found its signature good, and not before.
#include "jwt.h"

#include <belfry/belfry.hpp>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace {

constexpr std::int64_t kSkew = 60;            // seconds that clocks may differ
constexpr std::int64_t kLongest = 24 * 3600;  // seconds from iat to exp

class SubscriberToken : public belfry::Auth<SubscriberToken> {
 public:
  struct Config {};
  Config config;
  static void bindConfig(belfry::ConfigBinder&, Config&) {}

  /// What the token claims, until the verdict is there.
  struct State {
    std::int64_t expires_s, issued_s, valid_from_s;
    char tenant[subscriber::kMostTenant + 1];
    char subject[subscriber::kMostSubject + 1];
  };

  int begin(Op& op, State& state, const Presented& presented) const {
    if (presented.scheme() != "bearer") return op.decline();
    subscriber::Token token;
    switch (subscriber::read(presented.value(), token)) {
      case subscriber::Reading::other: return op.decline();
      case subscriber::Reading::bad:
        return op.refuse("malformed_token", "The subscriber token is malformed: " + std::string(token.fault) + ".");
      case subscriber::Reading::complete: break;
    }
    state.expires_s = token.expires_s;
    state.issued_s = token.issued_s;
    state.valid_from_s = token.valid_from_s;
    token.tenant.copy(state.tenant, sizeof state.tenant - 1);
    token.subject.copy(state.subject, sizeof state.subject - 1);
    return op.verifyHs256(token.tenant, token.key_id, token.signing_input, token.signature);
  }

  /// An unknown tenant, an unknown key and a wrong signature give the same answer; only who has the secret learns more.
  int resume(Op& op, State& state, const Verdict& verdict) const {
    if (!verdict.key_found || !verdict.good) return op.refuse("invalid_token", "The subscriber token is not valid.");
    const std::int64_t now = op.nowMs() / 1000;
    if (state.expires_s <= now) return op.refuse("expired_token", "The subscriber token has expired.");
    if (state.issued_s > now + kSkew || state.valid_from_s > now + kSkew)
      return op.refuse("token_not_valid_yet",
                       "The subscriber token is not valid yet: its iat or nbf lies in the future.");
    const std::int64_t from = state.issued_s >= 0 ? state.issued_s : now;
    if (state.expires_s - from > kLongest)
      return op.refuse("token_lives_too_long",
                       "The subscriber token lives too long: at most 24 hours from iat to exp are allowed.");
    const std::string subject = "user:" + std::string(state.subject);
    return op.claims({state.tenant, subject, "notification-user", {}, state.expires_s * 1000});
  }
};

}  // namespace

BELFRY_PLUGIN(SubscriberToken, BELFRY_PLUGIN_ID, BELFRY_PLUGIN_VERSION)
