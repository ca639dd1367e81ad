#include "adapters/postgres/pg_batch_store.h"

#include "adapters/postgres/enum_column.h"
#include "adapters/postgres/store_call.h"
#include "adapters/postgres/transaction.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

constexpr auto kSkew = std::chrono::hours(1);

belfry::Batch toBatch(const Row& row) {
  belfry::Batch batch{};
  batch.id = {row.uuid(0)};
  batch.progress.state = required(parseBatchState(row.text(1)), "batch state");
  batch.progress.total_expected = row.maybeInt64(2);
  batch.progress.total_processed = row.int64(3);
  batch.total_rejected = row.int64(4);
  batch.created_by = row.text(5);
  batch.created_at = row.time(6);
  batch.updated_at = row.time(7);
  return batch;
}

Params keyOf(TenantId tenant, BatchId id) {
  Params params;
  params.add(tenant);
  params.add(id);
  return params;
}

/// Ids are minted before their chunk is written, by hosts whose clocks agree to within an hour.
Params countParams(TenantId tenant, const belfry::Batch& batch) {
  auto params = keyOf(tenant, batch.id);
  params.add(uuidLowerBound(batch.created_at - kSkew));
  params.add(uuidLowerBound(batch.updated_at + kSkew));
  return params;
}

}  // namespace

PgBatchStore::PgBatchStore(Pool& pool) : pool_(pool) {}

std::optional<belfry::Batch> PgBatchStore::get(TenantId tenant, BatchId id) {
  return withConnection(pool_, [&](Connection& connection) -> std::optional<belfry::Batch> {
    Transaction transaction(connection, tenant);
    const auto rows = transaction.run(sql::batch_get, keyOf(tenant, id));
    if (rows.empty()) return std::nullopt;
    auto batch = toBatch(rows[0]);
    for (auto row : transaction.run(sql::batch_count, countParams(tenant, batch)))
      batch.by_status[required(parseDeliveryState(row.text(0)), "delivery state")] = row.int64(1);
    transaction.commit();
    return batch;
  });
}

bool PgBatchStore::exists(TenantId tenant, BatchId id) {
  return withConnection(pool_, [&](Connection& connection) {
    return !runAsTenant(connection, tenant, sql::batch_get, keyOf(tenant, id)).empty();
  });
}

}  // namespace belfry::pg
