// A subscriber token as text: JWS compact serialization, RFC 7515 §7.1, with HS256.
#pragma once

#include <optional>
#include <string>

#include "kit/time.h"
#include "model/subscriber_key.h"
#include "model/vocabulary.h"

namespace belfry {

struct TokenClaims {
  std::string tenant;  ///< slug
  std::string user_id;
  std::optional<UserType> user_type;
  TimePoint issued_at;
  TimePoint expires_at;
};

/// Header {alg, typ, kid}; claims {tenant, sub, iat, exp, userType?}, times in whole seconds.
std::string signedToken(const TokenClaims& claims, const SubscriberSecret& key);

}  // namespace belfry
