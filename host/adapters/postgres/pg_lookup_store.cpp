#include "adapters/postgres/pg_lookup_store.h"

#include "adapters/postgres/enum_column.h"
#include "adapters/postgres/store_call.h"
#include "adapters/postgres/transaction.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

/// tenant, delivery, attempt: what most statements here begin with.
Params placeOf(const DueLookUp& look_up) {
  Params params;
  params.add(look_up.tenant);
  params.add(look_up.delivery);
  params.add(static_cast<std::int32_t>(look_up.attempt));
  return params;
}

DueLookUp toLookUp(const Row& row) {
  return {{row.uuid(0)},
          {row.uuid(1)},
          required(parseChannel(row.text(2)), "channel"),
          static_cast<int>(row.int64(3)),
          orEmpty(row.maybeText(4)),
          row.boolean(5),
          static_cast<int>(row.int64(6))};
}

}  // namespace

PgLookUpStore::PgLookUpStore(Pool& pool) : pool_(pool) {}

std::vector<DueLookUp> PgLookUpStore::take(int limit, std::chrono::milliseconds limit_for_answer) {
  Params params;
  params.add(static_cast<std::int32_t>(limit));
  params.add(static_cast<std::int64_t>(limit_for_answer.count()));
  return withConnection(pool_, [&](Connection& connection) {
    std::vector<DueLookUp> taken;
    for (auto row : connection.run(sql::lookups_take, params)) taken.push_back(toLookUp(row));
    return taken;
  });
}

bool PgLookUpStore::answered(const DueLookUp& look_up, const LookUpEnding& ending) {
  auto params = placeOf(look_up);
  params.add(orNull(ending.provider));
  params.add(orNull(ending.detail_json));
  params.add(ending.again_in ? std::optional<std::int64_t>(ending.again_in->count()) : std::nullopt);
  params.add(ending.resend);
  return withConnection(pool_, [&](Connection& connection) {
    Transaction transaction(connection);
    // The second statement sees what the lock waited for.
    const bool there = !transaction.run(sql::lookup_lock, placeOf(look_up)).empty();
    bool resent = false;
    if (there) resent = transaction.run(sql::lookup_answered, params)[0].int64(0) > 0;
    else transaction.run(sql::lookup_drop, placeOf(look_up));
    transaction.commit();
    return resent;
  });
}

void PgLookUpStore::drop(const DueLookUp& look_up) {
  withConnection(pool_, [&](Connection& connection) { connection.run(sql::lookup_drop, placeOf(look_up)); });
}

}  // namespace belfry::pg
