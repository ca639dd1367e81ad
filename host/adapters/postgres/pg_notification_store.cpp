#include "adapters/postgres/pg_notification_store.h"

#include <algorithm>
#include <unordered_map>

#include "adapters/postgres/enum_column.h"
#include "adapters/postgres/request_json.h"
#include "adapters/postgres/store_call.h"
#include "adapters/postgres/transaction.h"
#include "adapters/postgres/work_announcement.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

constexpr auto kDayInMs = std::chrono::milliseconds(std::chrono::hours(24));

/// Deliveries are minted with their notification, in the same millisecond or a few later when the clock's millisecond
/// was full.
Uuid leastDelivery(const Uuid& notification) { return uuidLowerBound(notification.time()); }
Uuid greatestDelivery(const Uuid& notification) { return uuidLowerBound(notification.time() + kDayInMs); }

Delivery toDelivery(const Row& row) {
  Delivery delivery{};
  delivery.notification = {row.uuid(0)};
  delivery.id = {row.uuid(1)};
  delivery.channel = required(parseChannel(row.text(2)), "channel");
  delivery.state = required(parseDeliveryState(row.text(3)), "delivery state");
  delivery.attempt = static_cast<int>(row.int64(4));
  delivery.provider = orEmpty(row.maybeText(5));
  delivery.provider_message_id = orEmpty(row.maybeText(6));
  delivery.error_code = orEmpty(row.maybeText(7));
  delivery.error_detail = orEmpty(row.maybeText(8));
  delivery.updated_at = row.time(9);
  delivery.due_at = row.maybeTime(10);
  delivery.address = static_cast<int>(row.int64(11));
  return delivery;
}

DeliveryEvent toEvent(const Row& row) {
  auto attempt = row.maybeInt64(4);
  return {required(parseEventType(row.text(2)), "event type"), row.time(3),
          attempt ? std::optional<int>(static_cast<int>(*attempt)) : std::nullopt, orEmpty(row.maybeText(5)),
          orEmpty(row.maybeText(6))};
}

void addDeliveries(Transaction& transaction, TenantId tenant, std::vector<NotificationView>& views) {
  if (views.empty()) return;
  std::unordered_map<Uuid, NotificationView*> by_id;
  std::vector<Uuid> ids;
  for (auto& view : views) {
    by_id[view.id.value] = &view;
    ids.push_back(view.id.value);
  }
  Params params;
  params.add(tenant);
  params.addUuids(ids);
  params.add(leastDelivery(*std::min_element(ids.begin(), ids.end())));
  params.add(greatestDelivery(*std::max_element(ids.begin(), ids.end())));
  for (auto row : transaction.run(sql::deliveries_of, params))
    by_id.at(row.uuid(0))->deliveries.push_back(toDelivery(row));
}

void addTimelines(Transaction& transaction, TenantId tenant, NotificationView& view) {
  std::unordered_map<Uuid, Delivery*> by_id;
  std::vector<Uuid> ids;
  for (auto& delivery : view.deliveries) {
    by_id[delivery.id.value] = &delivery;
    ids.push_back(delivery.id.value);
  }
  Params params;
  params.add(tenant);
  params.addUuids(ids);
  params.add(leastDelivery(view.id.value));
  params.add(greatestDelivery(view.id.value));
  for (auto row : transaction.run(sql::delivery_events_of, params))
    by_id.at(row.uuid(0))->timeline.push_back(toEvent(row));
}

}  // namespace

PgNotificationStore::PgNotificationStore(Pool& tenant_pool, Pool& system_pool, Keyring& keyring)
    : tenant_pool_(tenant_pool), system_pool_(system_pool), keyring_(keyring) {}

NotificationView PgNotificationStore::toView(TenantId tenant, const Row& row) {
  NotificationView view{};
  view.id = {row.uuid(0)};
  view.priority = required(priorityFromNumber(row.int64(1)), "priority");
  view.scheduled_at = row.maybeTime(4);
  view.expires_at = row.maybeTime(5);
  view.created_at = row.time(7);
  auto opened = keyring_.open(tenant, "notifications", "request", view.id.value, row.bytes(6));
  auto request = opened ? parseRequest(*opened) : std::nullopt;
  if (!request) throw StoreRejected("notifications.request of " + view.id.toString() + " cannot be decrypted");
  view.request = std::move(*request);
  return view;
}

std::optional<NotificationView> PgNotificationStore::get(TenantId tenant, NotificationId id) {
  return withConnection(tenant_pool_, [&](Connection& connection) -> std::optional<NotificationView> {
    Transaction transaction(connection, tenant);
    Params params;
    params.add(tenant);
    params.add(id);
    auto rows = transaction.run(sql::notification_get, params);
    if (rows.empty()) return std::nullopt;
    std::vector<NotificationView> views{toView(tenant, rows[0])};
    addDeliveries(transaction, tenant, views);
    addTimelines(transaction, tenant, views[0]);
    transaction.commit();
    return std::move(views[0]);
  });
}

std::vector<NotificationView> PgNotificationStore::list(TenantId tenant, const NotificationFilter& filter,
                                                        std::optional<NotificationId> before, int limit) {
  constexpr Uuid kGreatest{
      {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
  Params params;
  params.add(tenant);
  params.add(before ? before->value : kGreatest);
  params.add(filter.from ? uuidLowerBound(*filter.from) : Uuid{});
  params.add(filter.to ? uuidLowerBound(*filter.to) : kGreatest);
  return withConnection(tenant_pool_, [&](Connection& connection) {
    std::optional<std::string> user;
    if (!filter.user_id.empty()) user = std::string(asView(keyring_.lookupHash(tenant, "user", filter.user_id)));
    params.addNullableBytes(user);
    params.add(filter.batch);
    params.add(filter.channel ? std::optional(toText(*filter.channel)) : std::nullopt);
    params.add(filter.status ? std::optional(toText(*filter.status)) : std::nullopt);
    params.add(static_cast<std::int64_t>(limit));
    Transaction transaction(connection, tenant);
    std::vector<NotificationView> views;
    for (auto row : transaction.run(sql::notifications_page, params)) views.push_back(toView(tenant, row));
    addDeliveries(transaction, tenant, views);
    transaction.commit();
    return views;
  });
}

std::vector<DeliveryId> PgNotificationStore::cancel(TenantId tenant, NotificationId id, const std::string& by) {
  Params params;
  params.add(tenant);
  params.add(id);
  params.add(leastDelivery(id.value));
  params.add(greatestDelivery(id.value));
  params.add(by);
  return withConnection(system_pool_, [&](Connection& connection) {
    std::vector<DeliveryId> cancelled;
    for (auto row : connection.run(sql::work_cancel, params)) cancelled.push_back({row.uuid(0)});
    return cancelled;
  });
}

std::vector<DeliveryId> PgNotificationStore::reschedule(TenantId tenant, NotificationId id, TimePoint due_at,
                                                        const std::string& by) {
  Params params;
  params.add(tenant);
  params.add(id);
  params.add(leastDelivery(id.value));
  params.add(greatestDelivery(id.value));
  params.add(due_at);
  params.add(by);
  return withConnection(system_pool_, [&](Connection& connection) {
    const auto answers =
        connection.runPipelined({{sql::work_reschedule, params}, {sql::work_announce, announcedBy("")}});
    std::vector<DeliveryId> moved;
    for (auto row : answers[0]) moved.push_back({row.uuid(0)});
    return moved;
  });
}

}  // namespace belfry::pg
