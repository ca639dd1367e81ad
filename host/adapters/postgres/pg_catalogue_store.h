#pragma once

#include "adapters/postgres/keyring.h"
#include "adapters/postgres/pool.h"
#include "kit/time.h"
#include "ports/catalogue_store.h"

namespace belfry::pg {

class PgCatalogueStore final : public CatalogueStore {
 public:
  /// `pool` has the role belfry_system.
  PgCatalogueStore(Pool& pool, Keyring& keyring, const Clock& clock);

  std::vector<Tenant> tenants() override;
  std::vector<ProviderInstance> providers() override;
  std::optional<Tenant> createTenant(const std::string& slug, const std::string& name,
                                     const std::vector<std::string>& auth) override;
  bool createProvider(ProviderInstance instance) override;
  bool changeProvider(const ProviderInstance& instance) override;
  bool removeProvider(TenantId tenant, ProviderId id) override;
  TenantId reconcile(const Tenant& tenant, std::vector<ProviderInstance> providers) override;

 private:
  void upsertTenant(Connection& connection, const Tenant& tenant);

  Pool& pool_;
  Keyring& keyring_;
  const Clock& clock_;
};

}  // namespace belfry::pg
