#pragma once

#include "adapters/postgres/keyring.h"
#include "adapters/postgres/pool.h"
#include "ports/plugin_values.h"

namespace belfry::pg {

class PgPluginValueStore final : public PluginValues {
 public:
  /// `pool` has the role belfry_system.
  PgPluginValueStore(Pool& pool, Keyring& keyring);

  std::optional<std::string> get(TenantId tenant, ProviderId provider, std::string_view key) override;
  void put(TenantId tenant, ProviderId provider, std::string_view key, std::string_view value, Duration ttl) override;

 private:
  Pool& pool_;
  Keyring& keyring_;
};

}  // namespace belfry::pg
