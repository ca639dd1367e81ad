// Keys of subscriber tokens. All calls may throw StoreUnavailable. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/subscriber_key.h"

namespace belfry {

/// What verifying a token asks.
class SubscriberSecrets {
 public:
  virtual ~SubscriberSecrets() = default;
  /// The live secrets of a tenant, newest first; none when there is no such tenant.
  virtual std::vector<std::string> secrets(std::string_view tenant_slug) = 0;
};

class SubscriberKeyStore {
 public:
  virtual ~SubscriberKeyStore() = default;
  /// Newest first.
  virtual std::vector<SubscriberSecret> live(TenantId tenant) = 0;
  /// Adds a key unless the tenant has `most_live` of its kind (file or api) already: nullopt then. Callers for one
  /// tenant take turns.
  virtual std::optional<SubscriberKey> create(TenantId tenant, const std::string& secret, int most_live) = 0;
  /// Without secrets, oldest first, the retired ones too.
  virtual std::vector<SubscriberKey> list(TenantId tenant) = 0;
  /// Destroys the secret. Idempotent; nullopt when the tenant has no such key.
  virtual std::optional<SubscriberKey> retire(TenantId tenant, SubscriberKeyId id) = 0;
  /// Makes the newest key that came from the tenant's file the file's; the one before it stays live, so that what it
  /// signed runs out by itself. Without a secret all keys from the file are retired.
  virtual void reconcile(TenantId tenant, const std::optional<std::string>& secret) = 0;
};

}  // namespace belfry
