#include "adapters/postgres/pg_statistics_store.h"

#include <algorithm>

#include "adapters/postgres/enum_column.h"
#include "adapters/postgres/store_call.h"
#include "adapters/postgres/transaction.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

std::string_view sinkName() { return toText(FeedSink::statistics); }

Params stretch(std::int64_t after, std::int64_t upto) {
  Params params;
  params.add(after);
  params.add(upto);
  return params;
}

/// Where the sink stands after at most `limit` positions of its work, which is done in the transaction.
std::int64_t doWork(Transaction& transaction, const Row& sink, std::int64_t limit) {
  const auto position = sink.int64(0);
  if (const auto target = sink.maybeInt64(1)) {
    const auto down_to = std::max(position - limit, *target);
    transaction.run(sql::statistics_take_back, stretch(down_to, position));
    return down_to;
  }
  const auto up_to = std::min(position + limit, sink.int64(2));
  if (up_to > position) transaction.run(sql::statistics_count, stretch(position, up_to));
  return up_to;
}

StatisticsRow toRow(const Row& row) {
  StatisticsRow read{};
  read.step = row.time(0);
  read.provider = row.text(1);
  read.type = required(parseEventType(row.text(2)), "event type");
  read.events.count = row.int64(3);
  read.events.time_ms = row.int64(4);
  const auto buckets = row.int64s(5);
  std::copy_n(buckets.begin(), std::min(buckets.size(), read.events.buckets.size()), read.events.buckets.begin());
  return read;
}

}  // namespace

PgStatisticsStore::PgStatisticsStore(Pool& tenant_pool, Pool& system_pool)
    : tenant_pool_(tenant_pool), system_pool_(system_pool) {}

int PgStatisticsStore::follow(int limit) {
  Params sink;
  sink.add(sinkName());
  return withConnection(system_pool_, [&](Connection& connection) {
    Transaction transaction(connection);
    if (!transaction.run(sql::feed_sink_elect, sink)[0].boolean(0)) return 0;
    const auto taken = transaction.run(sql::feed_sink_take, sink);
    const auto before = taken[0].int64(0);
    const auto now = doWork(transaction, taken[0], limit);
    if (now == before) return 0;
    Params place;
    place.add(sinkName());
    place.add(now);
    transaction.run(sql::feed_sink_move, place);
    transaction.commit();
    return static_cast<int>(std::max(now - before, before - now));
  });
}

std::vector<StatisticsRow> PgStatisticsStore::read(TenantId tenant, const StatisticsQuery& query) {
  Params params;
  params.add(tenant);
  params.add(query.from);
  params.add(query.to);
  params.add(query.channel ? std::optional(toText(*query.channel)) : std::nullopt);
  params.add(orNull(query.provider));
  params.add(static_cast<std::int64_t>(query.step.count()));
  return withConnection(tenant_pool_, [&](Connection& connection) {
    std::vector<StatisticsRow> rows;
    for (auto row : runAsTenant(connection, tenant, sql::statistics_read, params)) rows.push_back(toRow(row));
    return rows;
  });
}

int PgStatisticsStore::prune(int older_than_days, int limit) {
  Params params;
  params.add(static_cast<std::int32_t>(older_than_days));
  params.add(static_cast<std::int64_t>(limit));
  return withConnection(system_pool_, [&](Connection& connection) {
    return static_cast<int>(connection.run(sql::statistics_prune, params).affected());
  });
}

}  // namespace belfry::pg
