#pragma once

#include "adapters/postgres/pool.h"
#include "kit/time.h"
#include "ports/key_store.h"

namespace belfry::pg {

class PgKeyStore final : public KeyStore {
 public:
  /// `tenant_pool` has the role belfry_app; `system_pool` belfry_system, since a credential's tenant is not known
  /// before it is found.
  PgKeyStore(Pool& tenant_pool, Pool& system_pool, const Key256& master, const Clock& clock);

  std::optional<StoredCredential> find(std::string_view public_id) override;
  ApiKey create(TenantId tenant, const NewApiKey& key) override;
  std::vector<ApiKey> list(TenantId tenant, std::optional<ApiKeyId> before, int limit) override;
  std::optional<ApiKey> revoke(TenantId tenant, ApiKeyId id) override;
  void touch(const std::vector<Use>& uses) override;
  Digest256 hash(std::string_view secret) const override;

 private:
  Pool& tenant_pool_;
  Pool& system_pool_;
  const Key256 hashing_key_;
  const Clock& clock_;
};

}  // namespace belfry::pg
