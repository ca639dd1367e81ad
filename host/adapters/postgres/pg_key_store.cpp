#include "adapters/postgres/pg_key_store.h"

#include <algorithm>

#include "adapters/postgres/enum_column.h"
#include "adapters/postgres/store_call.h"
#include "adapters/postgres/transaction.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

std::vector<std::string> copy(const std::vector<std::string_view>& views) { return {views.begin(), views.end()}; }

/// Columns: id, public_id, name, roles, scopes, created_at, expires_at, revoked_at, last_used_at.
ApiKey toKey(const Row& row) {
  return {{row.uuid(0)}, std::string(row.text(1)), std::string(row.text(2)), copy(row.texts(3)), copy(row.texts(4)),
          row.time(5),   row.maybeTime(6),         row.maybeTime(7),         row.maybeTime(8)};
}

}  // namespace

PgKeyStore::PgKeyStore(Pool& tenant_pool, Pool& system_pool, const Key256& master, const Clock& clock)
    : tenant_pool_(tenant_pool),
      system_pool_(system_pool),
      hashing_key_(hkdfSha256(asView(master), "belfry", "api-key-hash/1")),
      clock_(clock) {}

std::optional<StoredCredential> PgKeyStore::find(std::string_view public_id) {
  Params params;
  params.add(public_id);
  return withConnection(system_pool_, [&](Connection& connection) -> std::optional<StoredCredential> {
    auto rows = connection.run(sql::api_key_find, params);
    if (rows.empty()) return std::nullopt;
    auto row = rows[0];
    StoredCredential found{
        {row.uuid(0)},      std::string(row.text(3)), {row.uuid(1)},   {}, std::string(row.text(4)), copy(row.texts(5)),
        copy(row.texts(6)), row.maybeTime(7),         row.maybeTime(8)};
    auto hash = row.bytes(2);
    std::copy(hash.begin(), hash.end(), found.hash.begin());  // 32 bytes by CHECK
    return found;
  });
}

ApiKey PgKeyStore::create(TenantId tenant, const NewApiKey& key) {
  ApiKey created{
      ApiKeyId::mint(clock_.now()), key.public_id, key.name, key.roles, key.scopes, {}, key.expires_at, {}, {}};
  Params params;
  params.add(tenant);
  params.add(created.id);
  params.add(key.public_id);
  params.add(key.name);
  params.addBytes(asView(key.hash));
  params.addTexts(key.roles);
  params.addTexts(key.scopes);
  params.add(key.expires_at);
  withConnection(tenant_pool_, [&](Connection& connection) {
    created.created_at = runAsTenant(connection, tenant, sql::api_key_insert, params)[0].time(0);
  });
  return created;
}

std::vector<ApiKey> PgKeyStore::list(TenantId tenant, std::optional<ApiKeyId> before, int limit) {
  constexpr Uuid kGreatest{
      {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
  Params params;
  params.add(tenant);
  params.add(before ? before->value : kGreatest);
  params.add(static_cast<std::int64_t>(limit));
  return withConnection(tenant_pool_, [&](Connection& connection) {
    std::vector<ApiKey> keys;
    auto rows = runAsTenant(connection, tenant, sql::api_keys_page, params);
    for (auto row : rows) keys.push_back(toKey(row));
    return keys;
  });
}

std::optional<ApiKey> PgKeyStore::revoke(TenantId tenant, ApiKeyId id) {
  Params params;
  params.add(tenant);
  params.add(id);
  return withConnection(tenant_pool_, [&](Connection& connection) -> std::optional<ApiKey> {
    auto rows = runAsTenant(connection, tenant, sql::api_key_revoke, params);
    if (rows.empty()) return std::nullopt;
    return toKey(rows[0]);
  });
}

void PgKeyStore::touch(const std::vector<Use>& uses) {
  std::vector<Uuid> tenants, ids;
  std::vector<TimePoint> times;
  for (const auto& use : uses) {
    tenants.push_back(use.tenant.value);
    ids.push_back(use.id.value);
    times.push_back(use.at);
  }
  Params params;
  params.addUuids(tenants);
  params.addUuids(ids);
  params.addTimes(times);
  withConnection(system_pool_, [&](Connection& connection) { connection.run(sql::api_keys_touch, params); });
}

Digest256 PgKeyStore::hash(std::string_view secret) const { return hmacSha256(asView(hashing_key_), secret); }

}  // namespace belfry::pg
