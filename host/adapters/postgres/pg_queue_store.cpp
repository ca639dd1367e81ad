#include "adapters/postgres/pg_queue_store.h"

#include "adapters/postgres/queue_columns.h"
#include "adapters/postgres/store_call.h"
#include "adapters/postgres/transaction.h"
#include "adapters/postgres/work_announcement.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

/// Counted exactly up to there: 10 000 index entries are read in a few milliseconds.
constexpr std::int64_t kMostCounted = 10001;
/// Of every queue of every tenant, for the gauges.
constexpr std::int64_t kMostCountedOfAll = 1001;

void addEveryQueue(Params& params) {
  std::vector<std::string_view> channels;
  std::vector<std::int16_t> priorities;
  for (auto channel : allChannels()) {
    for (auto priority : allPriorities()) {
      channels.push_back(toText(channel));
      priorities.push_back(static_cast<std::int16_t>(toNumber(priority)));
    }
  }
  params.addTexts(channels);
  params.addInt2s(priorities);
}

/// Columns: channel, priority, waiting, later, later as counted, deferred among these, in flight, exact, oldest.
QueueDepth toDepth(const Row& row) {
  QueueDepth depth{};
  depth.queue = queueName(row, 0);
  depth.waiting = row.int64(2);
  const auto later = row.int64(3), counted = row.int64(4), deferred = row.int64(5);
  // Beyond what was counted the two share as they did among the first.
  depth.deferred = counted == later ? deferred : later / counted * deferred + later % counted * deferred / counted;
  depth.scheduled = later - depth.deferred;
  depth.in_flight = row.int64(6);
  depth.exact = row.boolean(7);
  depth.oldest_due = row.maybeTime(8);
  return depth;
}

QueueFlow toFlow(const Row& row) {
  return {queueName(row, 0), required(parseEventType(row.text(2)), "event type"),
          row.int64(3),      row.int64(4),
          row.int64(5),      row.int64(6),
          row.int64s(7)};
}

Params queueParams(TenantId tenant, QueueName queue, int limit) {
  Params params;
  params.add(tenant);
  params.add(toText(queue.channel));
  params.add(static_cast<std::int64_t>(toNumber(queue.priority)));
  params.add(static_cast<std::int64_t>(limit));
  return params;
}

}  // namespace

std::vector<QueueDepth> PgQueueStore::depths(TenantId tenant) {
  Params params;
  params.add(tenant);
  addEveryQueue(params);
  params.add(kMostCounted);
  return withConnection(tenant_pool_, [&](Connection& connection) {
    std::vector<QueueDepth> depths;
    for (auto row : runAsTenant(connection, tenant, sql::queue_depths, params)) depths.push_back(toDepth(row));
    return depths;
  });
}

std::vector<QueueFlow> PgQueueStore::flows(TenantId tenant, const FlowWindows& windows) {
  Params params;
  params.add(tenant);
  params.add(windows.short_since);
  params.add(windows.middle_since);
  params.add(windows.long_since);
  return withConnection(tenant_pool_, [&](Connection& connection) {
    std::vector<QueueFlow> flows;
    for (auto row : runAsTenant(connection, tenant, sql::queue_flows, params)) flows.push_back(toFlow(row));
    return flows;
  });
}

std::vector<StandingQueue> PgQueueStore::standing() {
  return withConnection(system_pool_, [&](Connection& connection) {
    std::vector<StandingQueue> queues;
    for (auto row : connection.run(sql::queues_standing))
      queues.push_back({{row.uuid(0)}, queueName(row, 1), row.boolean(3), row.boolean(4)});
    return queues;
  });
}

std::vector<QueueTotal> PgQueueStore::totals() {
  Params params;
  params.add(kMostCountedOfAll);
  return withConnection(system_pool_, [&](Connection& connection) {
    std::vector<QueueTotal> totals;
    for (auto row : connection.run(sql::queues_total, params))
      totals.push_back({queueName(row, 0), row.int64(2), row.maybeTime(3)});
    return totals;
  });
}

int PgQueueStore::park(TenantId tenant, QueueName queue, int limit) {
  return withConnection(system_pool_, [&](Connection& connection) {
    return static_cast<int>(connection.run(sql::work_park_queue, queueParams(tenant, queue, limit)).affected());
  });
}

int PgQueueStore::unpark(TenantId tenant, QueueName queue, int limit) {
  return withConnection(system_pool_, [&](Connection& connection) {
    Transaction transaction(connection);
    const auto moved = transaction.run(sql::work_unpark_queue, queueParams(tenant, queue, limit)).affected();
    if (moved > 0) transaction.run(sql::work_announce, announcedBy(""));
    transaction.commit();
    return static_cast<int>(moved);
  });
}

}  // namespace belfry::pg
