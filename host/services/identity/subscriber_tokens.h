// Tokens by which a tenant's end users reach `users/me`: short-lived JWTs (RFC 7519) signed HS256 with a secret of the
// tenant. A tenant's backend either asks for one here or makes it itself with the secret.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kit/result.h"
#include "kit/time.h"
#include "model/caller.h"
#include "model/problem.h"
#include "ports/subscriber_key_store.h"
#include "services/tenants/directory.h"

namespace belfry {

struct TokenWish {
  std::string user_id;
  std::optional<UserType> user_type;
  Duration ttl = std::chrono::hours(1);
};

constexpr auto kShortestToken = std::chrono::minutes(5);
constexpr auto kLongestToken = std::chrono::hours(24);

struct SubscriberToken {
  std::string token;
  TimePoint expires_at;
};

struct IssuedSubscriberKey {
  SubscriberKey row;
  std::string secret;  ///< seen this once
};

/// Thread-safe; what asks the store may throw StoreUnavailable.
class SubscriberTokens final : public SubscriberSecrets {
 public:
  SubscriberTokens(SubscriberKeyStore& store, const Directory& directory, const Clock& clock);

  /// Signs with the newest key; a tenant that has none gets its first. `ttl` is within the limits.
  SubscriberToken mint(const Caller& caller, const TokenWish& wish);
  /// A new key. Two live ones let tokens of the older run out; a third is refused.
  Result<IssuedSubscriberKey, Problem> createKey(TenantId tenant);
  std::vector<SubscriberKey> listKeys(TenantId tenant);
  Result<SubscriberKey, Problem> retireKey(TenantId tenant, const std::string& id);

  /// Remembered until clear().
  std::vector<std::string> secrets(std::string_view tenant_slug) override;
  /// Forgets what is remembered: the catalogue changed.
  void clear();

 private:
  std::vector<SubscriberSecret> live(TenantId tenant);

  SubscriberKeyStore& store_;
  const Directory& directory_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<TenantId, std::vector<SubscriberSecret>> remembered_;  // guarded by mutex_
  unsigned long generation_ = 0;  // guarded by mutex_; an answer older than clear() is not remembered
};

}  // namespace belfry
