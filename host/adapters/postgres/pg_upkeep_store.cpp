#include "adapters/postgres/pg_upkeep_store.h"

#include "adapters/postgres/store_call.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

Params limitOf(int limit) {
  Params params;
  params.add(static_cast<std::int64_t>(limit));
  return params;
}

}  // namespace

PgUpkeepStore::PgUpkeepStore(Pool& pool) : pool_(pool) {}

void PgUpkeepStore::ping() {
  withConnection(pool_, [](Connection& connection) { connection.run(sql::ping); });
}

int PgUpkeepStore::pruneIdempotencyKeys(int limit) {
  return withConnection(pool_, [&](Connection& connection) {
    return static_cast<int>(connection.run(sql::idempotency_prune, limitOf(limit)).affected());
  });
}

int PgUpkeepStore::prunePluginValues(int limit) {
  return withConnection(pool_, [&](Connection& connection) {
    return static_cast<int>(connection.run(sql::plugin_values_prune, limitOf(limit)).affected());
  });
}

int PgUpkeepStore::ensurePartitions(int months_ahead) {
  Params params;
  params.add(static_cast<std::int32_t>(months_ahead));
  return withConnection(pool_, [&](Connection& connection) {
    return static_cast<int>(connection.run(sql::partitions_ensure, params)[0].int64(0));
  });
}

}  // namespace belfry::pg
