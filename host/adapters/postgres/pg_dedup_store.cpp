#include "adapters/postgres/pg_dedup_store.h"

#include "adapters/postgres/dedup_intake.h"
#include "adapters/postgres/enum_column.h"
#include "adapters/postgres/store_call.h"
#include "adapters/postgres/transaction.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

std::int64_t inMs(Duration duration) { return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count(); }

/// A channel, or all of them: the primary key is probed for each.
void addChannels(Params& params, std::optional<Channel> only) {
  std::vector<std::string_view> channels;
  for (auto channel : allChannels())
    if (!only || *only == channel) channels.push_back(toText(channel));
  params.addTexts(channels);
}

/// Tenant, channels, hashes.
Params named(Keyring& keyring, TenantId tenant, const DedupKeyName& name) {
  const auto id = name.id ? *name.id : dedupKeyId(keyring, tenant, false, name.key);
  Params params;
  params.add(tenant);
  addChannels(params, name.channel);
  params.addByteas(std::vector<std::string_view>{asView(id)});
  return params;
}

DedupKeyView toView(const Row& row) {
  DedupKeyView view;
  view.channel = required(parseChannel(row.text(0)), "channel");
  const auto hash = row.bytes(1);
  std::copy(hash.begin(), hash.end(), view.id.begin());  // 32 bytes, says a CHECK
  view.holder = {row.uuid(2)};
  view.template_key = orEmpty(row.maybeText(3));
  view.generated = row.boolean(4);
  view.hits = row.int64(5);
  view.created_at = row.time(6);
  view.expires_at = row.time(7);
  return view;
}

std::vector<DedupKeyView> toViews(const Rows& rows) {
  std::vector<DedupKeyView> views;
  for (auto row : rows) views.push_back(toView(row));
  return views;
}

std::int32_t dayOf(TimePoint at) {
  return static_cast<std::int32_t>(std::chrono::floor<std::chrono::days>(at).time_since_epoch().count());
}

}  // namespace

PgDedupStore::PgDedupStore(Pool& tenant_pool, Pool& system_pool, Keyring& keyring)
    : tenant_pool_(tenant_pool), system_pool_(system_pool), keyring_(keyring) {}

std::vector<DedupKeyView> PgDedupStore::find(TenantId tenant, const DedupKeyName& name) {
  return withConnection(tenant_pool_, [&](Connection& connection) {
    return toViews(runAsTenant(connection, tenant, sql::dedup_keys_find, named(keyring_, tenant, name)));
  });
}

std::vector<DedupKeyView> PgDedupStore::expiring(TenantId tenant, std::optional<Channel> channel, Duration within,
                                                 int limit) {
  Params params;
  params.add(tenant);
  addChannels(params, channel);
  params.add(inMs(within));
  params.add(static_cast<std::int64_t>(limit));
  return withConnection(tenant_pool_, [&](Connection& connection) {
    return toViews(runAsTenant(connection, tenant, sql::dedup_keys_expiring, params));
  });
}

std::vector<DedupKeyView> PgDedupStore::extend(TenantId tenant, const DedupKeyName& name, Duration by, Duration most) {
  return withConnection(tenant_pool_, [&](Connection& connection) {
    auto params = named(keyring_, tenant, name);
    params.add(inMs(by));
    params.add(inMs(most));
    return toViews(runAsTenant(connection, tenant, sql::dedup_keys_extend, params));
  });
}

int PgDedupStore::release(TenantId tenant, const DedupKeyName& name) {
  return withConnection(tenant_pool_, [&](Connection& connection) {
    auto rows = runAsTenant(connection, tenant, sql::dedup_keys_release, named(keyring_, tenant, name));
    return static_cast<int>(rows[0].int64(0));
  });
}

std::vector<DedupCount> PgDedupStore::statistics(TenantId tenant, TimePoint first, TimePoint last) {
  Params params;
  params.add(tenant);
  params.add(dayOf(first));
  params.add(dayOf(last));
  return withConnection(tenant_pool_, [&](Connection& connection) {
    std::vector<DedupCount> counts;
    for (auto row : runAsTenant(connection, tenant, sql::dedup_statistics, params)) {
      counts.push_back({TimePoint(std::chrono::days(row.int64(0))), required(parseChannel(row.text(1)), "channel"),
                        std::string(row.text(2)), row.int64(3), row.int64(4), row.int64(5), row.int64(6)});
    }
    return counts;
  });
}

int PgDedupStore::archive(int limit, int keep_days) {
  Params expired, old;
  expired.add(static_cast<std::int64_t>(limit));
  old.add(static_cast<std::int32_t>(keep_days));
  return withConnection(system_pool_, [&](Connection& connection) {
    const auto gone = connection.run(sql::dedup_keys_prune, expired)[0].int64(0);
    connection.run(sql::dedup_days_prune, old);
    return static_cast<int>(gone);
  });
}

}  // namespace belfry::pg
