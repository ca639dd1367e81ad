#include "kit/crypto.h"
#include "kit/json.h"
#include "services/identity/token_text.h"

namespace belfry {
namespace {

std::int64_t seconds(TimePoint at) {
  return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

std::string headerJson(const SubscriberSecret& key) {
  JsonWriter json;
  json.object([&] {
    json.member("alg", "HS256");
    json.member("typ", "JWT");
    json.member("kid", key.id.toString());
  });
  return json.take();
}

std::string claimsJson(const TokenClaims& claims) {
  JsonWriter json;
  json.object([&] {
    json.member("tenant", claims.tenant);
    json.member("sub", claims.user_id);
    json.member("iat", seconds(claims.issued_at));
    json.member("exp", seconds(claims.expires_at));
    if (claims.user_type) json.member("userType", toText(*claims.user_type));
  });
  return json.take();
}

}  // namespace

std::string signedToken(const TokenClaims& claims, const SubscriberSecret& key) {
  const auto input = toBase64Url(headerJson(key)) + "." + toBase64Url(claimsJson(claims));
  return input + "." + toBase64Url(asView(hmacSha256(key.secret, input)));
}

}  // namespace belfry
