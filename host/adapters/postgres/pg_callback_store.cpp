#include "adapters/postgres/pg_callback_store.h"

#include "adapters/postgres/callback_json.h"
#include "adapters/postgres/enum_column.h"
#include "adapters/postgres/store_call.h"
#include "adapters/postgres/transaction.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

constexpr const char* kTable = "inbound_callbacks";
constexpr Uuid kGreatest{
    {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

CallbackView toView(const Row& row) {
  CallbackView view{};
  view.id = {row.uuid(0)};
  view.provider = row.text(1);
  view.plugin = row.text(2);
  view.method = row.text(3);
  view.state = required(parseCallbackState(row.text(4)), "callback state");
  view.reason = orEmpty(row.maybeText(5));
  view.detail = orEmpty(row.maybeText(6));
  view.receipts = static_cast<int>(row.int64(7));
  view.kept = static_cast<int>(row.int64(8));
  view.refused = static_cast<int>(row.int64(9));
  view.parked = static_cast<int>(row.int64(10));
  view.attempts = static_cast<int>(row.int64(11));
  view.received_at = row.time(12);
  view.processed_at = row.maybeTime(13);
  return view;
}

void addBounds(Params& params, const CallbackFilter& filter) {
  params.add(filter.from ? uuidLowerBound(*filter.from) : Uuid{});
  params.add(filter.to ? uuidLowerBound(*filter.to) : kGreatest);
}

void addChoice(Params& params, const CallbackFilter& filter) {
  params.add(filter.state ? std::optional(toText(*filter.state)) : std::nullopt);
  params.add(orNull(filter.provider));
}

}  // namespace

PgCallbackStore::PgCallbackStore(Pool& tenant_pool, Pool& system_pool, Keyring& keyring, const Clock& clock)
    : tenant_pool_(tenant_pool), system_pool_(system_pool), keyring_(keyring), clock_(clock) {}

void PgCallbackStore::store(std::span<const StoredCallback> group) {
  if (group.empty()) return;
  withConnection(system_pool_, [&](Connection& connection) {
    std::vector<Uuid> tenants, ids;
    std::vector<std::string_view> providers, plugins, methods;
    std::vector<std::string> requests;
    std::vector<TimePoint> times;
    for (const auto& one : group) {
      tenants.push_back(one.tenant.value);
      ids.push_back(one.id.value);
      providers.push_back(one.provider);
      plugins.push_back(one.plugin);
      methods.push_back(one.raw.method);
      requests.push_back(keyring_.seal(one.tenant, kTable, "request", one.id.value, toJson(one.raw)));
      times.push_back(one.raw.received_at);
    }
    Params params;
    params.addUuids(tenants);
    params.addUuids(ids);
    params.addTexts(providers);
    params.addTexts(plugins);
    params.addTexts(methods);
    params.addByteas(requests);
    params.addTimes(times);
    connection.run(sql::callbacks_insert, params);
  });
}

void PgCallbackStore::finish(TenantId tenant, CallbackId id, const CallbackEnd& end) {
  Params params;
  params.add(tenant);
  params.add(id);
  params.add(toText(end.state));
  params.add(orNull(end.reason));
  params.add(orNull(end.detail));
  withConnection(system_pool_, [&](Connection& connection) { connection.run(sql::callback_finish, params); });
}

std::vector<StoredCallback> PgCallbackStore::takeLeft(Duration left_for, int most_attempts, int limit) {
  Params params;
  params.add(static_cast<std::int64_t>(left_for.count() / 1000));
  params.add(static_cast<std::int32_t>(most_attempts));
  params.add(static_cast<std::int64_t>(limit));
  return withConnection(system_pool_, [&](Connection& connection) {
    std::vector<StoredCallback> taken;
    // One that cannot be read must not stop the others; its attempts run out.
    for (auto row : connection.run(sql::callbacks_take_left, params))
      if (auto stored = toStored(row)) taken.push_back(std::move(*stored));
    return taken;
  });
}

std::optional<StoredCallback> PgCallbackStore::toStored(const Row& row) {
  StoredCallback stored{{row.uuid(1)}, {row.uuid(0)}, std::string(row.text(2)), std::string(row.text(3)), {}};
  auto raw = openRaw(stored.tenant, stored.id, row.bytes(5));
  if (!raw) return std::nullopt;
  stored.raw = std::move(*raw);
  stored.raw.method = row.text(4);
  stored.raw.received_at = row.time(6);
  return stored;
}

std::optional<RawCallback> PgCallbackStore::openRaw(TenantId tenant, CallbackId id, std::string_view sealed) {
  try {
    auto opened = keyring_.open(tenant, kTable, "request", id.value, sealed);
    return opened ? parseCallback(*opened) : std::nullopt;
  } catch (const KeyringError&) {
    return std::nullopt;
  }
}

std::optional<CallbackView> PgCallbackStore::get(TenantId tenant, CallbackId id) {
  Params params;
  params.add(tenant);
  params.add(id);
  return withConnection(tenant_pool_, [&](Connection& connection) -> std::optional<CallbackView> {
    auto rows = runAsTenant(connection, tenant, sql::callback_get, params);
    if (rows.empty()) return std::nullopt;
    auto view = toView(rows[0]);
    view.raw = openRaw(tenant, id, rows[0].bytes(14));
    if (!view.raw) throw StoreRejected("inbound_callbacks.request of " + id.toString() + " cannot be decrypted");
    view.raw->method = view.method;
    view.raw->received_at = view.received_at;
    return view;
  });
}

std::vector<CallbackView> PgCallbackStore::list(TenantId tenant, const CallbackFilter& filter,
                                                std::optional<CallbackId> before, int limit) {
  Params params;
  params.add(tenant);
  params.add(before ? before->value : kGreatest);
  addBounds(params, filter);
  addChoice(params, filter);
  params.add(static_cast<std::int64_t>(limit));
  return withConnection(tenant_pool_, [&](Connection& connection) {
    std::vector<CallbackView> views;
    for (auto row : runAsTenant(connection, tenant, sql::callbacks_page, params)) views.push_back(toView(row));
    return views;
  });
}

std::optional<StoredCallback> PgCallbackStore::reopen(TenantId tenant, CallbackId id) {
  Params params;
  params.add(tenant);
  params.add(id);
  return withConnection(system_pool_, [&](Connection& connection) -> std::optional<StoredCallback> {
    auto rows = connection.run(sql::callback_reopen, params);
    if (rows.empty()) return std::nullopt;
    auto stored = toStored(rows[0]);
    if (!stored) throw StoreRejected("inbound_callbacks.request of " + id.toString() + " cannot be decrypted");
    return stored;
  });
}

int PgCallbackStore::reopenAll(TenantId tenant, const CallbackFilter& filter, int limit, bool dry_run) {
  Params params;
  params.add(tenant);
  addBounds(params, filter);
  addChoice(params, filter);
  params.add(static_cast<std::int64_t>(limit));
  if (dry_run) {
    return withConnection(tenant_pool_, [&](Connection& connection) {
      return static_cast<int>(runAsTenant(connection, tenant, sql::callbacks_count, params)[0].int64(0));
    });
  }
  return withConnection(system_pool_, [&](Connection& connection) {
    return static_cast<int>(connection.run(sql::callbacks_reopen, params).affected());
  });
}

int PgCallbackStore::prune(std::chrono::hours keep, int limit) {
  Params params;
  params.add(uuidLowerBound(clock_.now() - keep));
  params.add(static_cast<std::int64_t>(limit));
  return withConnection(system_pool_, [&](Connection& connection) {
    return static_cast<int>(connection.run(sql::callbacks_prune, params).affected());
  });
}

}  // namespace belfry::pg
