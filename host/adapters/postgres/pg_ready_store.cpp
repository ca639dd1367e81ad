#include "adapters/postgres/pg_ready_store.h"

#include "adapters/postgres/enum_column.h"
#include "adapters/postgres/store_call.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

/// Columns: priority, tenant, channel.
Lane toLane(const Row& row) {
  return {required(priorityFromNumber(row.int64(0)), "priority"),
          {row.uuid(1)},
          required(parseChannel(row.text(2)), "channel")};
}

void addLane(Params& params, const Lane& lane) {
  params.add(static_cast<std::int32_t>(toNumber(lane.priority)));
  params.add(lane.tenant);
  params.add(toText(lane.channel));
}

Params limitOf(int limit) {
  Params params;
  params.add(static_cast<std::int64_t>(limit));
  return params;
}

}  // namespace

PgReadyStore::PgReadyStore(Pool& pool) : pool_(pool) {}

std::vector<ReadyLane> PgReadyStore::readyLanes(const std::optional<Lane>& after, int limit) {
  Params params;
  if (after) {
    addLane(params, *after);
  } else {
    params.add(std::int32_t{-1});
    params.add(Uuid{});
    params.add("");
  }
  params.add(static_cast<std::int64_t>(limit));
  return withConnection(pool_, [&](Connection& connection) {
    std::vector<ReadyLane> lanes;
    for (auto row : connection.run(sql::work_ready_lanes, params))
      lanes.push_back({toLane(row), {row.uuid(3)}, row.time(4)});
    return lanes;
  });
}

std::vector<DeliveryId> PgReadyStore::readyIds(const Lane& lane, int limit) {
  Params params;
  addLane(params, lane);
  params.add(static_cast<std::int64_t>(limit));
  return withConnection(pool_, [&](Connection& connection) {
    std::vector<DeliveryId> ids;
    for (auto row : connection.run(sql::work_ready_ids, params)) ids.push_back({row.uuid(0)});
    return ids;
  });
}

std::vector<ReadyDelivery> PgReadyStore::promoteDue(int limit) {
  return withConnection(pool_, [&](Connection& connection) {
    std::vector<ReadyDelivery> ready;
    for (auto row : connection.run(sql::work_promote, limitOf(limit))) ready.push_back({toLane(row), {row.uuid(3)}});
    return ready;
  });
}

std::optional<Duration> PgReadyStore::untilNextDue() {
  return withConnection(pool_, [&](Connection& connection) -> std::optional<Duration> {
    const auto rows = connection.run(sql::work_next_due);
    if (rows[0].isNull(0)) return std::nullopt;
    return Duration(rows[0].int64(0));
  });
}

}  // namespace belfry::pg
