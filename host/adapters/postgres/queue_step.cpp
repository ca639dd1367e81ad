#include "adapters/postgres/queue_step.h"

#include <algorithm>

#include "adapters/postgres/queue_columns.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

/// Rows that one statement looks at: some tens of milliseconds.
constexpr std::int64_t kWindow = 10000;
constexpr auto kDay = std::chrono::milliseconds(std::chrono::hours(24));

struct Bounds {
  Uuid least;     ///< exclusive
  Uuid greatest;  ///< exclusive
};

/// Deliveries are minted with their notification, so its time narrows the look.
Bounds boundsOf(const QueueFilter& filter, TimePoint until) {
  Bounds bounds{{}, uuidLowerBound(until + std::chrono::milliseconds(1))};
  if (filter.from) bounds.least = uuidLowerBound(*filter.from);
  if (filter.to) bounds.greatest = std::min(bounds.greatest, uuidLowerBound(*filter.to));
  if (filter.notifications.empty()) return bounds;
  const auto [first, last] = std::minmax_element(filter.notifications.begin(), filter.notifications.end());
  bounds.least = std::max(bounds.least, uuidLowerBound(first->value.time()));
  bounds.greatest = std::min(bounds.greatest, uuidLowerBound(last->value.time() + kDay));
  return bounds;
}

DeliveryState endedState(const QueueFilter& filter) { return filter.state.value_or(DeliveryState::failed); }

std::optional<std::string> stateParam(const QueueWish& wish) {
  if (wish.action == QueueAction::retry_failed) return std::string(toText(endedState(wish.filter)));
  return wish.filter.state ? std::optional(std::string(toText(*wish.filter.state))) : std::nullopt;
}

Params pickParams(TenantId tenant, const QueueWish& wish, TimePoint until, const Uuid& position, std::int64_t most) {
  const auto bounds = boundsOf(wish.filter, until);
  Params params;
  params.add(tenant);
  params.add(std::max(position, bounds.least));
  params.add(bounds.greatest);
  params.add(kWindow);
  params.add(most);
  params.add(channelOrNull(wish.filter.channel));
  params.add(numberOrNull(wish.filter.priority));
  params.add(stateParam(wish));
  params.add(orNull(wish.filter.provider));
  params.add(orNull(wish.filter.error_code));
  params.add(wish.filter.batch);
  if (wish.filter.notifications.empty()) params.addNull();
  else params.addUuids(wish.filter.notifications);
  return params;
}

/// Tenant, deliveries, and the least and greatest of them.
Params chosen(TenantId tenant, const std::vector<Uuid>& deliveries) {
  const auto [least, greatest] = std::minmax_element(deliveries.begin(), deliveries.end());
  Params params;
  params.add(tenant);
  params.addUuids(deliveries);
  params.add(*least);
  params.add(*greatest);
  return params;
}

std::int64_t requeue(Connection& connection, const QueueOperation& operation, const std::vector<Uuid>& deliveries) {
  auto lock = chosen(operation.tenant, deliveries);
  lock.add(toText(endedState(operation.wish.filter)));
  std::vector<Uuid> locked;
  for (auto row : connection.run(sql::deliveries_lock_ended, lock)) locked.push_back(row.uuid(0));
  if (locked.empty()) return 0;
  auto params = chosen(operation.tenant, locked);
  params.add(uuidLowerBound(locked.front().time() - kDay));
  params.add(uuidLowerBound(locked.back().time() + kDay));
  params.add(operation.started_by);
  params.add(operation.id);
  return connection.run(sql::deliveries_requeue, params)[0].int64(0);
}

std::int64_t callOff(Connection& connection, const QueueOperation& operation, const std::vector<Uuid>& deliveries) {
  auto params = chosen(operation.tenant, deliveries);
  params.add(operation.started_by);
  params.add(operation.id);
  return connection.run(sql::work_call_off, params)[0].int64(0);
}

std::int64_t reprioritise(Connection& connection, const QueueOperation& operation,
                          const std::vector<Uuid>& deliveries) {
  std::vector<std::int16_t> numbers;
  std::vector<std::string_view> names;
  for (auto priority : allPriorities()) {
    numbers.push_back(static_cast<std::int16_t>(toNumber(priority)));
    names.push_back(toText(priority));
  }
  Params params;
  params.add(operation.tenant);
  params.addUuids(deliveries);
  params.add(static_cast<std::int64_t>(toNumber(operation.wish.priority.value())));
  params.addInt2s(numbers);
  params.addTexts(names);
  params.add(operation.started_by);
  params.add(operation.id);
  return connection.run(sql::work_reprioritise, params)[0].int64(0);
}

}  // namespace

Picked pick(Connection& connection, TenantId tenant, const QueueWish& wish, TimePoint until, const Uuid& position,
            std::int64_t most) {
  const auto& statement = wish.action == QueueAction::retry_failed ? sql::deliveries_pick : sql::work_pick;
  const auto rows = connection.run(statement, pickParams(tenant, wish, until, position, most));
  const auto row = rows[0];
  Picked picked;
  picked.deliveries = row.uuids(2);
  picked.looked_at = row.int64(0);
  const bool full = static_cast<std::int64_t>(picked.deliveries.size()) >= most;
  picked.last = !full && picked.looked_at < kWindow;
  picked.position = row.maybeUuid(1).value_or(position);
  if (full) {  // the rest of the window is looked at again
    picked.position = picked.deliveries.back();
    picked.looked_at = static_cast<std::int64_t>(picked.deliveries.size());
  }
  return picked;
}

std::int64_t change(Connection& connection, const QueueOperation& operation, const std::vector<Uuid>& deliveries) {
  if (deliveries.empty()) return 0;
  switch (operation.wish.action) {
    case QueueAction::retry_failed: return requeue(connection, operation, deliveries);
    case QueueAction::delete_waiting: return callOff(connection, operation, deliveries);
    case QueueAction::change_priority: return reprioritise(connection, operation, deliveries);
  }
  return 0;
}

}  // namespace belfry::pg
