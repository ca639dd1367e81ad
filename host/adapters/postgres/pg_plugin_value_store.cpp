#include "adapters/postgres/pg_plugin_value_store.h"

#include "adapters/postgres/store_call.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

constexpr std::string_view kTable = "plugin_values";
constexpr std::string_view kColumn = "value";

}  // namespace

PgPluginValueStore::PgPluginValueStore(Pool& pool, Keyring& keyring) : pool_(pool), keyring_(keyring) {}

std::optional<std::string> PgPluginValueStore::get(TenantId tenant, ProviderId provider, std::string_view key) {
  return withConnection(pool_, [&](Connection& connection) -> std::optional<std::string> {
    Params params;
    params.add(tenant);
    params.add(provider);
    params.addBytes(asView(keyring_.lookupHash(tenant, kTable, key)));
    auto rows = connection.run(sql::plugin_value_get, params);
    if (rows.empty()) return std::nullopt;
    auto value = keyring_.open(tenant, kTable, kColumn, provider.value, rows[0].bytes(0));
    if (!value) throw StoreRejected("plugin_values.value cannot be decrypted");
    return value;
  });
}

void PgPluginValueStore::put(TenantId tenant, ProviderId provider, std::string_view key, std::string_view value,
                             Duration ttl) {
  withConnection(pool_, [&](Connection& connection) {
    Params params;
    params.add(tenant);
    params.add(provider);
    params.addBytes(asView(keyring_.lookupHash(tenant, kTable, key)));
    if (value.empty()) {
      connection.run(sql::plugin_value_delete, params);
      return;
    }
    params.addBytes(keyring_.seal(tenant, kTable, kColumn, provider.value, value));
    params.add(static_cast<std::int64_t>(ttl.count() / 1000));
    connection.run(sql::plugin_value_put, params);
  });
}

}  // namespace belfry::pg
