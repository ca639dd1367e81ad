#include "app/storage.h"

#include "adapters/postgres/store_call.h"
#include "sql_statements.h"

namespace belfry {
namespace {

pg::PoolSettings poolSettings(const DatabaseSettings& settings, const std::string& url, const char* role, int size) {
  pg::PoolSettings pool;
  pool.url = url;
  pool.role = role;
  pool.size = size;
  pool.acquire_timeout = settings.acquire_timeout;
  pool.connect_timeout = settings.connect_timeout;
  pool.statement_timeout = settings.statement_timeout;
  pool.application_name = "belfryd";
  return pool;
}

/// One connection for each delivery loop.
pg::PoolSettings claimPool(const DatabaseSettings& settings, const std::string& url) {
  auto pool = poolSettings(settings, url, "belfry_system", 2);
  pool.plan_once = true;
  return pool;
}

std::string wrappedKey(pg::Pool& pool, TenantId tenant) {
  return pg::withConnection(pool, [&](pg::Connection& connection) {
    pg::Params params;
    params.add(tenant);
    auto rows = connection.run(pg::sql::tenant_key, params);
    return rows.empty() ? std::string() : std::string(rows[0].bytes(0));
  });
}

}  // namespace

Storage::Storage(const DatabaseSettings& settings, const std::string& url, const Key256& master, const Clock& clock,
                 const Log& log)
    : tenant_pool(poolSettings(settings, url, "belfry_app", settings.pool_size), log),
      system_pool(poolSettings(settings, url, "belfry_system", settings.pool_size), log),
      claim_pool(claimPool(settings, url), log),
      key_pool(poolSettings(settings, url, "belfry_system", 1), log),
      keyring(master, [this](TenantId tenant) { return wrappedKey(key_pool, tenant); }),
      intake(system_pool, keyring),
      work(system_pool, claim_pool, keyring),
      ready(system_pool),
      notifications(tenant_pool, system_pool, keyring),
      batches(tenant_pool),
      inbox(tenant_pool, system_pool, keyring),
      devices(tenant_pool, keyring, clock),
      catalogue(system_pool, keyring, clock),
      templates(tenant_pool, clock),
      keys(tenant_pool, system_pool, master, clock),
      subscriber_keys(tenant_pool, keyring, clock),
      idempotency(tenant_pool, keyring, clock),
      plugin_values(system_pool, keyring),
      upkeep(system_pool),
      feed(tenant_pool, system_pool),
      statistics(tenant_pool, system_pool),
      callbacks(tenant_pool, system_pool, keyring, clock),
      receipts(tenant_pool, system_pool, keyring),
      queues(tenant_pool, system_pool),
      pauses(tenant_pool, system_pool),
      queue_operations(tenant_pool, system_pool),
      audit(tenant_pool),
      look_ups(system_pool),
      dedup(tenant_pool, system_pool, keyring),
      schedules(tenant_pool, system_pool, keyring),
      dead_letters(tenant_pool, system_pool, keyring) {}

}  // namespace belfry
