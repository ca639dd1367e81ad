#include "adapters/postgres/pg_inbox_store.h"

#include <algorithm>

#include "adapters/postgres/inbox_json.h"
#include "adapters/postgres/store_call.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

constexpr std::int32_t kGroup = 1000;

/// The event `read` of deliveries that are settled. Their rows are locked first, in an order that all keep: only then
/// does the next statement see the last event's number.
void tellRead(Transaction& transaction, TenantId tenant, const std::vector<Uuid>& deliveries) {
  if (deliveries.empty()) return;
  Params params;
  params.add(tenant);
  params.addUuids(deliveries);
  params.add(*std::min_element(deliveries.begin(), deliveries.end()));
  params.add(*std::max_element(deliveries.begin(), deliveries.end()));
  transaction.run(sql::deliveries_lock, params);
  params.add(toText(EventType::read));
  transaction.run(sql::delivery_events_append, params);
}

}  // namespace

PgInboxStore::PgInboxStore(Pool& tenant_pool, Pool& system_pool, Keyring& keyring)
    : tenant_pool_(tenant_pool), system_pool_(system_pool), keyring_(keyring) {}

Params PgInboxStore::paramsOf(TenantId tenant, const std::string& user) {
  Params params;
  params.add(tenant);
  params.addBytes(asView(keyring_.lookupHash(tenant, "user", user)));
  return params;
}

InboxEntry PgInboxStore::toEntry(TenantId tenant, const Row& row) {
  InboxEntry entry{{row.uuid(0)}, {row.uuid(1)}, {}, row.time(3), row.maybeTime(4)};
  auto opened = keyring_.open(tenant, "inbox_items", "content", entry.id.value, row.bytes(2));
  auto item = opened ? parseInboxItem(*opened) : std::nullopt;
  if (!item) throw StoreRejected("inbox_items.content of " + entry.id.toString() + " cannot be decrypted");
  entry.item = std::move(*item);
  return entry;
}

std::vector<InboxEntry> PgInboxStore::page(TenantId tenant, const std::string& user, const InboxFilter& filter,
                                           std::optional<InboxPosition> after, int limit) {
  return withConnection(tenant_pool_, [&](Connection& connection) {
    auto params = paramsOf(tenant, user);
    params.add(after ? std::optional(after->created_at) : std::nullopt);
    params.add(after ? std::optional(after->id.value) : std::nullopt);
    params.add(filter.status ? std::optional(*filter.status == InboxState::read) : std::nullopt);
    params.addNullableBytes(
        filter.category.empty()
            ? std::nullopt
            : std::optional(std::string(asView(keyring_.lookupHash(tenant, "inbox.category", filter.category)))));
    params.add(static_cast<std::int64_t>(limit));
    std::vector<InboxEntry> entries;
    auto rows = runAsTenant(connection, tenant, sql::inbox_items_page, params);
    for (auto row : rows) entries.push_back(toEntry(tenant, row));
    return entries;
  });
}

std::optional<InboxEntry> PgInboxStore::one(TenantId tenant, const std::string& user, DeliveryId id) {
  return withConnection(tenant_pool_, [&](Connection& connection) -> std::optional<InboxEntry> {
    auto params = paramsOf(tenant, user);
    params.add(id);
    auto rows = runAsTenant(connection, tenant, sql::inbox_item_get, params);
    if (rows.empty()) return std::nullopt;
    return toEntry(tenant, rows[0]);
  });
}

std::optional<InboxEntry> PgInboxStore::markRead(TenantId tenant, const std::string& user, DeliveryId id) {
  markSome(tenant, user, id, std::nullopt);
  return one(tenant, user, id);
}

long PgInboxStore::markAllRead(TenantId tenant, const std::string& user, std::optional<TimePoint> until) {
  long marked = 0;
  for (;;) {
    const long some = markSome(tenant, user, std::nullopt, until);
    marked += some;
    if (some < kGroup) return marked;
  }
}

long PgInboxStore::markSome(TenantId tenant, const std::string& user, std::optional<DeliveryId> id,
                            std::optional<TimePoint> until) {
  return withConnection(system_pool_, [&](Connection& connection) {
    auto params = paramsOf(tenant, user);
    params.add(id);
    params.add(until);
    params.add(kGroup);
    Transaction transaction(connection);
    std::vector<Uuid> unread, never_read;
    for (auto row : transaction.run(sql::inbox_items_lock_unread, params)) {
      unread.push_back(row.uuid(0));
      if (row.boolean(1)) never_read.push_back(row.uuid(0));
    }
    if (unread.empty()) return 0L;
    Params marked;
    marked.add(tenant);
    marked.addUuids(unread);
    transaction.run(sql::inbox_items_mark_read, marked);
    tellRead(transaction, tenant, never_read);
    transaction.commit();
    return static_cast<long>(unread.size());
  });
}

std::optional<InboxEntry> PgInboxStore::markUnread(TenantId tenant, const std::string& user, DeliveryId id) {
  return withConnection(tenant_pool_, [&](Connection& connection) -> std::optional<InboxEntry> {
    auto params = paramsOf(tenant, user);
    params.add(id);
    auto rows = runAsTenant(connection, tenant, sql::inbox_item_mark_unread, params);
    if (rows.empty()) return std::nullopt;
    return toEntry(tenant, rows[0]);
  });
}

bool PgInboxStore::remove(TenantId tenant, const std::string& user, DeliveryId id) {
  return withConnection(tenant_pool_, [&](Connection& connection) {
    auto params = paramsOf(tenant, user);
    params.add(id);
    return !runAsTenant(connection, tenant, sql::inbox_item_remove, params).empty();
  });
}

long PgInboxStore::unreadCount(TenantId tenant, const std::string& user) {
  return withConnection(tenant_pool_, [&](Connection& connection) {
    return static_cast<long>(
        runAsTenant(connection, tenant, sql::inbox_items_count_unread, paramsOf(tenant, user))[0].int64(0));
  });
}

}  // namespace belfry::pg
