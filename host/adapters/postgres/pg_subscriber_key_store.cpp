#include "adapters/postgres/pg_subscriber_key_store.h"

#include "adapters/postgres/store_call.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

std::string_view textOf(Source source) { return source == Source::file ? "file" : "api"; }

Params paramsOf(TenantId tenant) {
  Params params;
  params.add(tenant);
  return params;
}

/// Columns: id, source, created_at, retired_at.
SubscriberKey toKey(const Row& row) {
  return {{row.uuid(0)}, row.text(1) == "file" ? Source::file : Source::api, row.time(2), row.maybeTime(3)};
}

void retireFrom(Transaction& transaction, TenantId tenant, int kept) {
  auto params = paramsOf(tenant);
  params.add(static_cast<std::int32_t>(kept));
  transaction.run(sql::subscriber_keys_retire_file, params);
}

}  // namespace

PgSubscriberKeyStore::PgSubscriberKeyStore(Pool& pool, Keyring& keyring, const Clock& clock)
    : pool_(pool), keyring_(keyring), clock_(clock) {}

std::string PgSubscriberKeyStore::open(TenantId tenant, const Row& row) {
  auto opened = keyring_.open(tenant, "subscriber_keys", "secret", row.uuid(0), row.bytes(4));
  if (!opened) throw StoreRejected("subscriber_keys.secret of " + row.uuid(0).toString() + " cannot be decrypted");
  return std::move(*opened);
}

std::vector<SubscriberSecret> PgSubscriberKeyStore::live(TenantId tenant) {
  return withConnection(pool_, [&](Connection& connection) {
    std::vector<SubscriberSecret> secrets;
    auto rows = runAsTenant(connection, tenant, sql::subscriber_keys_live, paramsOf(tenant));
    for (auto row : rows) secrets.push_back({{row.uuid(0)}, open(tenant, row)});
    return secrets;
  });
}

SubscriberKey PgSubscriberKeyStore::insert(Transaction& transaction, TenantId tenant, const std::string& secret,
                                           Source source) {
  const auto id = SubscriberKeyId::mint(clock_.now());
  auto params = paramsOf(tenant);
  params.add(id);
  params.addBytes(keyring_.seal(tenant, "subscriber_keys", "secret", id.value, secret));
  params.add(textOf(source));
  return toKey(transaction.run(sql::subscriber_key_insert, params)[0]);
}

std::optional<SubscriberKey> PgSubscriberKeyStore::create(TenantId tenant, const std::string& secret, int most_live) {
  return withConnection(pool_, [&](Connection& connection) -> std::optional<SubscriberKey> {
    Transaction transaction(connection, tenant);
    transaction.run(sql::subscriber_keys_lock, paramsOf(tenant));
    const auto rows = transaction.run(sql::subscriber_keys_live, paramsOf(tenant));
    int own = 0;
    for (auto row : rows) own += row.text(1) == "api";
    if (own >= most_live) return std::nullopt;
    auto made = insert(transaction, tenant, secret, Source::api);
    transaction.commit();
    return made;
  });
}

std::vector<SubscriberKey> PgSubscriberKeyStore::list(TenantId tenant) {
  return withConnection(pool_, [&](Connection& connection) {
    std::vector<SubscriberKey> keys;
    auto rows = runAsTenant(connection, tenant, sql::subscriber_keys_of, paramsOf(tenant));
    for (auto row : rows) keys.push_back(toKey(row));
    return keys;
  });
}

std::optional<SubscriberKey> PgSubscriberKeyStore::retire(TenantId tenant, SubscriberKeyId id) {
  return withConnection(pool_, [&](Connection& connection) -> std::optional<SubscriberKey> {
    auto params = paramsOf(tenant);
    params.add(id);
    auto rows = runAsTenant(connection, tenant, sql::subscriber_key_retire, params);
    if (rows.empty()) return std::nullopt;
    return toKey(rows[0]);
  });
}

void PgSubscriberKeyStore::reconcile(TenantId tenant, const std::optional<std::string>& secret) {
  constexpr int kOverlapping = 2;
  withConnection(pool_, [&](Connection& connection) {
    Transaction transaction(connection, tenant);
    transaction.run(sql::subscriber_keys_lock, paramsOf(tenant));
    const auto rows = transaction.run(sql::subscriber_keys_live, paramsOf(tenant));
    std::optional<std::string> newest;
    for (auto row : rows)
      if (row.text(1) == "file" && !newest) newest = open(tenant, row);
    if (secret == newest) return;
    if (secret) insert(transaction, tenant, *secret, Source::file);
    retireFrom(transaction, tenant, secret ? kOverlapping : 0);
    transaction.commit();
  });
}

}  // namespace belfry::pg
