// The use cases "issue a key" and "revoke a key". Nobody grants a role or a scope beyond their own, and the platform
// admin's keys live in tenant `default` and are touched by no one else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kit/result.h"
#include "kit/time.h"
#include "model/caller.h"
#include "model/problem.h"
#include "ports/key_store.h"
#include "services/identity/authentication.h"

namespace belfry {

struct KeyWish {
  std::string name;
  std::vector<Role> roles;    ///< at least one
  std::vector<Scope> scopes;  ///< narrows the roles; empty: all that they grant
  std::optional<TimePoint> expires_at;
};

struct IssuedKey {
  ApiKey row;
  std::string key;  ///< the whole key, seen this once
};

class ApiKeys {
 public:
  ApiKeys(KeyStore& store, Authentication& authentication, const Clock& clock);

  /// May throw StoreUnavailable. Thread-safe, as all calls here are.
  Result<IssuedKey, Problem> issue(const Caller& caller, const KeyWish& wish);
  /// Idempotent. This host refuses the key at once, others as soon as they hear of it.
  Result<ApiKey, Problem> revoke(const Caller& caller, ApiKeyId id);
  /// Newest first, below `before` when given.
  std::vector<ApiKey> list(const Caller& caller, std::optional<ApiKeyId> before, int limit);

 private:
  std::optional<ApiKey> find(TenantId tenant, ApiKeyId id);

  KeyStore& store_;
  Authentication& authentication_;
  const Clock& clock_;
};

}  // namespace belfry
