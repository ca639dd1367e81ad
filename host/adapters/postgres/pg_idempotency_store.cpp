#include "adapters/postgres/pg_idempotency_store.h"

#include "adapters/postgres/store_call.h"
#include "adapters/postgres/transaction.h"
#include "sql_statements.h"

namespace belfry::pg {

PgIdempotencyStore::PgIdempotencyStore(Pool& pool, Keyring& keyring, const Clock& clock)
    : pool_(pool), keyring_(keyring), clock_(clock) {}

IdempotencyStart PgIdempotencyStore::begin(TenantId tenant, const Digest256& key_hash, const Digest256& request_hash,
                                           Duration lock, TimePoint expires_at) {
  auto ticket = newUuidV7(clock_.now());
  Params reserve;
  reserve.add(tenant);
  reserve.addBytes(asView(key_hash));
  reserve.addBytes(asView(request_hash));
  reserve.add(ticket);
  reserve.add(static_cast<std::int32_t>(lock.count() / 1000));
  reserve.add(expires_at);
  Params find;
  find.addUuids(std::vector<Uuid>{tenant.value});
  find.addByteas(std::vector<std::string_view>{asView(key_hash)});
  return withConnection(pool_, [&](Connection& connection) -> IdempotencyStart {
    Transaction transaction(connection, tenant);
    bool reserved = !transaction.run(sql::idempotency_begin, reserve).empty();
    auto rows = transaction.run(sql::idempotency_find, find);
    transaction.commit();
    if (reserved) return IdempotencyBegun{ticket};
    if (rows.empty()) return IdempotencyInProgress{};
    auto row = rows[0];
    if (row.bytes(2) != asView(request_hash)) return IdempotencyMismatch{};
    if (row.isNull(4)) return IdempotencyInProgress{};
    auto response = keyring_.open(tenant, "idempotency_keys", "response", row.uuid(3), row.bytes(5));
    if (!response) throw StoreRejected("idempotency_keys.response cannot be decrypted");
    return Replayed{static_cast<int>(row.int64(4)), std::move(*response)};
  });
}

void PgIdempotencyStore::finish(TenantId tenant, const Digest256& key_hash, const Uuid& ticket, int status,
                                const std::string& response_json) {
  Params params;
  params.add(tenant);
  params.addBytes(asView(key_hash));
  params.add(ticket);
  params.add(static_cast<std::int32_t>(status));
  params.addBytes(keyring_.seal(tenant, "idempotency_keys", "response", ticket, response_json));
  withConnection(pool_,
                 [&](Connection& connection) { runAsTenant(connection, tenant, sql::idempotency_finish, params); });
}

void PgIdempotencyStore::abandon(TenantId tenant, const Digest256& key_hash, const Uuid& ticket) {
  Params params;
  params.add(tenant);
  params.addBytes(asView(key_hash));
  params.add(ticket);
  withConnection(pool_,
                 [&](Connection& connection) { runAsTenant(connection, tenant, sql::idempotency_abandon, params); });
}

}  // namespace belfry::pg
