// Provider instances that admins make by API, beside those of the tenant's file: checked completely before they are
// stored, and running when the call returns.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "kit/result.h"
#include "model/problem.h"
#include "services/tenants/directory.h"

namespace belfry {

/// A new instance as an admin wants it.
struct ProviderWish {
  std::string slug;
  std::string plugin;
  std::optional<Channel> channel;  ///< absent: the plugin's only one
  int priority = 1;
  int weight = 1;
  bool enabled = true;
  bool simulate = false;
  std::string config_json = "{}";
  std::map<std::string, std::string> secrets;
  std::string callback_id;  ///< empty: minted
};

/// What should change; what is absent stays.
struct ProviderChange {
  std::optional<int> priority;
  std::optional<int> weight;
  std::optional<bool> enabled;
  std::optional<bool> simulate;
  std::optional<std::string> config_json;
  std::map<std::string, std::optional<std::string>> secrets;  ///< nullopt: removed
};

/// Thread-safe. All may throw StoreUnavailable.
class Providers {
 public:
  using Instance = std::shared_ptr<const DirectoryInstance>;

  Providers(CatalogueStore& store, Directory& directory, ChannelPlugins& plugins)
      : store_(store), directory_(directory), plugins_(plugins) {}

  Result<Instance, Problem> create(TenantId tenant, const ProviderWish& wish);
  Result<Instance, Problem> change(TenantId tenant, const std::string& slug, const ProviderChange& change);
  /// What was removed.
  Result<Instance, Problem> remove(TenantId tenant, const std::string& slug);
  Result<Instance, Problem> find(TenantId tenant, const std::string& slug) const;

 private:
  Result<Instance, Problem> ofApi(TenantId tenant, const std::string& slug) const;
  std::optional<Problem> fault(const ProviderInstance& row) const;

  CatalogueStore& store_;
  Directory& directory_;
  ChannelPlugins& plugins_;
};

}  // namespace belfry
