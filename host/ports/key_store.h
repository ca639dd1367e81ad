// API keys and their keyed hashes. May throw StoreUnavailable. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kit/crypto.h"
#include "model/tenant.h"

namespace belfry {

/// What an auth plugin is told about a stored key.
struct StoredCredential {
  TenantId tenant;
  std::string tenant_slug;
  ApiKeyId id;
  Digest256 hash;
  std::string name;
  std::vector<std::string> roles;
  std::vector<std::string> scopes;
  std::optional<TimePoint> expires_at;
  std::optional<TimePoint> revoked_at;
};

struct NewApiKey {
  std::string public_id;
  std::string name;
  Digest256 hash;
  std::vector<std::string> roles;
  std::vector<std::string> scopes;
  std::optional<TimePoint> expires_at;
};

class KeyStore {
 public:
  virtual ~KeyStore() = default;
  virtual std::optional<StoredCredential> find(std::string_view public_id) = 0;
  virtual ApiKey create(TenantId tenant, const NewApiKey& key) = 0;
  /// Newest first, below `before` when given.
  virtual std::vector<ApiKey> list(TenantId tenant, std::optional<ApiKeyId> before, int limit) = 0;
  /// nullopt when this tenant has no such key.
  virtual std::optional<ApiKey> revoke(TenantId tenant, ApiKeyId id) = 0;
  struct Use {
    TenantId tenant;
    ApiKeyId id;
    TimePoint at;
  };
  virtual void touch(const std::vector<Use>& uses) = 0;
  /// HMAC of a key's secret under the host's credential-hashing key.
  virtual Digest256 hash(std::string_view secret) const = 0;
};

}  // namespace belfry
