// The secrets that a tenant's subscriber tokens are signed with.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "model/ids.h"
#include "model/tenant.h"

namespace belfry {

/// RFC 7518 §3.2: a key of HS256 has at least as many bits as its hash.
constexpr std::size_t kLeastSecretBytes = 32;

/// A key without its secret.
struct SubscriberKey {
  SubscriberKeyId id;
  Source source = Source::api;
  TimePoint created_at{};
  std::optional<TimePoint> retired_at;
};

/// A live key. The text of the secret, as it is, is the key of the HMAC.
struct SubscriberSecret {
  SubscriberKeyId id;
  std::string secret;
};

}  // namespace belfry
