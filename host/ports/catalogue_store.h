// Tenants and their provider instances. The file reconciler and the tenant API write here. May throw StoreUnavailable.
// Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/tenant.h"

namespace belfry {

class CatalogueStore {
 public:
  virtual ~CatalogueStore() = default;
  virtual std::vector<Tenant> tenants() = 0;
  /// Instances of all tenants with opened secrets. One whose secrets cannot be opened carries that as its problem.
  virtual std::vector<ProviderInstance> providers() = 0;
  /// Creates a tenant with a key of its own; nullopt when the slug is taken.
  virtual std::optional<Tenant> createTenant(const std::string& slug, const std::string& name,
                                             const std::vector<std::string>& auth) = 0;
  /// Makes the tenant and its file-sourced instances equal to the file's, in one transaction. `providers[i].tenant` and
  /// `.id` are filled in by the store; an empty callback_id keeps or mints one.
  virtual TenantId reconcile(const Tenant& tenant, std::vector<ProviderInstance> providers) = 0;
  /// Adds an instance that the API made, with an id of its own; an empty callback_id mints one. False when the tenant
  /// has that slug already, or somebody has that callback_id.
  virtual bool createProvider(ProviderInstance instance) = 0;
  /// Writes what may change: priority, weight, enabled, simulate, config and secrets. False when there is no such
  /// instance of the API.
  virtual bool changeProvider(const ProviderInstance& instance) = 0;
  /// False when there is no such instance of the API.
  virtual bool removeProvider(TenantId tenant, ProviderId id) = 0;
};

}  // namespace belfry
