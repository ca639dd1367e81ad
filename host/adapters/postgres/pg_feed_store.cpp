#include "adapters/postgres/pg_feed_store.h"

#include <algorithm>

#include "adapters/postgres/enum_column.h"
#include "adapters/postgres/store_call.h"
#include "adapters/postgres/transaction.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

/// How many positions one statement looks at for the few that are a tenant's.
constexpr std::int64_t kStretch = 20000;

FeedEvent toEvent(const Row& row) {
  FeedEvent event{};
  event.pos = row.int64(3);
  event.at = row.time(4);
  event.type = required(parseEventType(row.text(5)), "event type");
  event.delivery = {row.uuid(6)};
  event.notification = {row.uuid(7)};
  event.seq = static_cast<int>(row.int64(8));
  if (const auto attempt = row.maybeInt64(9)) event.attempt = static_cast<int>(*attempt);
  event.provider = orEmpty(row.maybeText(10));
  return event;
}

SinkPosition toSink(const Row& row) {
  SinkPosition sink{};
  sink.sink = required(parseFeedSink(row.text(0)), "sink");
  sink.position = row.int64(1);
  sink.rewind_to = row.maybeInt64(2);
  sink.head = row.int64(3);
  sink.updated_at = row.time(4);
  sink.waiting_since = row.maybeTime(5);
  return sink;
}

}  // namespace

PgFeedStore::PgFeedStore(Pool& tenant_pool, Pool& system_pool) : tenant_pool_(tenant_pool), system_pool_(system_pool) {}

int PgFeedStore::sequence(int limit) {
  Params params;
  params.add(static_cast<std::int64_t>(limit));
  return withConnection(system_pool_, [&](Connection& connection) {
    // The lock is held to the end of the transaction, so positions become visible in their order.
    Transaction transaction(connection);
    if (!transaction.run(sql::feed_elect)[0].boolean(0)) return 0;
    const auto moved = transaction.run(sql::feed_sequence, params);
    transaction.commit();
    return moved.empty() ? 0 : static_cast<int>(moved[0].int64(0));
  });
}

FeedPage PgFeedStore::read(TenantId tenant, std::optional<std::int64_t> after, int limit) {
  Params params;
  params.add(tenant);
  params.add(after);
  params.add(static_cast<std::int64_t>(limit));
  params.add(kStretch);
  return withConnection(tenant_pool_, [&](Connection& connection) {
    FeedPage page;
    for (auto row : runAsTenant(connection, tenant, sql::feed_read, params)) {
      page.head = row.int64(0);
      page.pruned_to = row.int64(1);
      page.after = row.int64(2);
      if (!row.isNull(3)) page.events.push_back(toEvent(row));
    }
    const bool full = static_cast<int>(page.events.size()) == limit;
    page.looked_to = full ? page.events.back().pos : std::max(page.after, std::min(page.after + kStretch, page.head));
    return page;
  });
}

FeedNews PgFeedStore::news(std::int64_t after) {
  Params params;
  params.add(after);
  params.add(kStretch);
  return withConnection(system_pool_, [&](Connection& connection) {
    const auto rows = connection.run(sql::feed_news, params);
    FeedNews news{rows[0].int64(0), rows[0].int64(1), {}};
    for (const auto& tenant : rows[0].uuids(2)) news.tenants.push_back({tenant});
    return news;
  });
}

std::vector<SinkPosition> PgFeedStore::sinks() {
  return withConnection(system_pool_, [](Connection& connection) {
    std::vector<SinkPosition> all;
    for (auto row : connection.run(sql::feed_sinks_all)) all.push_back(toSink(row));
    return all;
  });
}

Rewind PgFeedStore::rewind(FeedSink sink, std::int64_t after) {
  Params params;
  params.add(toText(sink));
  params.add(after);
  return withConnection(system_pool_, [&](Connection& connection) {
    Transaction transaction(connection);
    const auto least = transaction.run(sql::feed_ends_lock)[0].int64(1);
    const bool done = transaction.run(sql::feed_sink_rewind, params).affected() > 0;
    std::int64_t most = 0;
    for (auto row : transaction.run(sql::feed_sinks_all))
      if (row.text(0) == toText(sink)) most = row.int64(1);
    transaction.commit();
    const auto refused = after < least ? RewindResult::pruned : RewindResult::ahead;
    return Rewind{done ? RewindResult::done : refused, least, most};
  });
}

int PgFeedStore::prune(std::chrono::hours older_than, int limit) {
  Params params;
  params.add(static_cast<std::int32_t>(older_than.count()));
  params.add(static_cast<std::int64_t>(limit));
  return withConnection(system_pool_, [&](Connection& connection) {
    Transaction transaction(connection);
    transaction.run(sql::feed_ends_lock);
    const auto gone = transaction.run(sql::feed_prune, params)[0].int64(0);
    transaction.commit();
    return static_cast<int>(gone);
  });
}

}  // namespace belfry::pg
