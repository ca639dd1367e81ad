#include "adapters/postgres/queue_step.h"

#include <algorithm>
#include <stdexcept>

#include "adapters/postgres/queue_columns.h"
#include "adapters/postgres/requeue.h"
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

/// $1 … $5 of every statement that picks: whose, between which ids, how many to look at and to take.
Params windowParams(TenantId tenant, const QueueFilter& filter, TimePoint until, const Uuid& position,
                    std::int64_t most) {
  const auto bounds = boundsOf(filter, until);
  Params params;
  params.add(tenant);
  params.add(std::max(position, bounds.least));
  params.add(bounds.greatest);
  params.add(kWindow);
  params.add(most);
  return params;
}

Params pickParams(TenantId tenant, const QueueWish& wish, TimePoint until, const Uuid& position, std::int64_t most) {
  auto params = windowParams(tenant, wish.filter, until, position, most);
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

/// What may have been sent leaves no dead letter; what failed is queued again by whoever takes its dead letter.
std::int64_t requeue(Connection& connection, const QueueOperation& operation, const std::vector<Uuid>& deliveries,
                     const std::vector<Uuid>& letters) {
  if (deliveries.empty()) return 0;
  const auto state = endedState(operation.wish.filter);
  auto lock = chosenDeliveries(operation.tenant, deliveries);
  lock.add(toText(state));
  auto mine = idsOf(connection.run(sql::deliveries_lock_ended, lock));
  if (state == DeliveryState::failed)
    mine = takeDead(connection, operation.tenant, mine, operation.started_by, letters);
  return queueAgain(connection, operation.tenant, mine, operation.started_by, operation.id.value);
}

Params lettersOf(TenantId tenant, const std::vector<Uuid>& letters) {
  Params params;
  params.add(tenant);
  params.addUuids(letters);
  return params;
}

std::int64_t replay(Connection& connection, const QueueOperation& operation, const std::vector<Uuid>& letters) {
  const auto deliveries = idsOf(connection.run(sql::dead_letters_deliveries, lettersOf(operation.tenant, letters)));
  return requeue(connection, operation, deliveries, letters);
}

std::int64_t callOff(Connection& connection, const QueueOperation& operation, const std::vector<Uuid>& deliveries) {
  auto params = chosenDeliveries(operation.tenant, deliveries);
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

Params letterParams(TenantId tenant, const QueueWish& wish, TimePoint until, const Uuid& position, std::int64_t most) {
  auto params = windowParams(tenant, wish.filter, until, position, most);
  params.add(channelOrNull(wish.filter.channel));
  params.add(numberOrNull(wish.filter.priority));
  params.add(orNull(wish.filter.provider));
  params.add(orNull(wish.filter.error_code));
  params.add(orNull(wish.filter.template_key));
  return params;
}

Rows look(Connection& connection, TenantId tenant, const QueueWish& wish, TimePoint until, const Uuid& position,
          std::int64_t most) {
  switch (wish.action) {
    case QueueAction::retry_failed:
      return connection.run(sql::deliveries_pick, pickParams(tenant, wish, until, position, most));
    case QueueAction::delete_waiting:
    case QueueAction::change_priority:
      return connection.run(sql::work_pick, pickParams(tenant, wish, until, position, most));
    case QueueAction::replay_dead_letters:
    case QueueAction::purge_dead_letters:
      return connection.run(sql::dead_letters_pick, letterParams(tenant, wish, until, position, most));
  }
  throw std::logic_error("an action without a statement");
}

}  // namespace

Picked pick(Connection& connection, TenantId tenant, const QueueWish& wish, TimePoint until, const Uuid& position,
            std::int64_t most) {
  const auto rows = look(connection, tenant, wish, until, position, most);
  const auto row = rows[0];
  Picked picked;
  picked.ids = row.uuids(2);
  picked.looked_at = row.int64(0);
  const bool full = static_cast<std::int64_t>(picked.ids.size()) >= most;
  picked.last = !full && picked.looked_at < kWindow;
  picked.position = row.maybeUuid(1).value_or(position);
  if (full) {  // the rest of the window is looked at again
    picked.position = picked.ids.back();
    picked.looked_at = static_cast<std::int64_t>(picked.ids.size());
  }
  return picked;
}

std::int64_t change(Connection& connection, const QueueOperation& operation, const std::vector<Uuid>& ids) {
  if (ids.empty()) return 0;
  switch (operation.wish.action) {
    case QueueAction::retry_failed: return requeue(connection, operation, ids, {});
    case QueueAction::delete_waiting: return callOff(connection, operation, ids);
    case QueueAction::change_priority: return reprioritise(connection, operation, ids);
    case QueueAction::replay_dead_letters: return replay(connection, operation, ids);
    case QueueAction::purge_dead_letters:
      return connection.run(sql::dead_letters_purge, lettersOf(operation.tenant, ids)).affected();
  }
  return 0;
}

}  // namespace belfry::pg
