#include "adapters/postgres/pg_pause_store.h"

#include "adapters/postgres/audit_line.h"
#include "adapters/postgres/queue_columns.h"
#include "adapters/postgres/store_call.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

std::vector<QueuePause> toPauses(const Rows& rows) {
  std::vector<QueuePause> pauses;
  for (auto row : rows) {
    pauses.push_back({{row.uuid(1)},
                      {row.uuid(0)},
                      row.boolean(2),
                      {maybeChannel(row, 3), maybePriority(row, 4), orEmpty(row.maybeText(5))},
                      std::string(row.text(6)),
                      std::string(row.text(7)),
                      row.time(8)});
  }
  return pauses;
}

void addScope(Params& params, const PauseScope& scope) {
  params.add(channelOrNull(scope.channel));
  params.add(numberOrNull(scope.priority));
  params.add(orNull(scope.provider));
}

Params paramsOf(const QueuePause& pause) {
  Params params;
  params.add(pause.tenant);
  params.add(pause.id);
  params.add(pause.drain);
  addScope(params, pause.scope);
  params.add(pause.reason);
  params.add(pause.created_by);
  params.add(pause.created_at);
  return params;
}

}  // namespace

std::vector<QueuePause> PgPauseStore::all() {
  return withConnection(system_pool_,
                        [&](Connection& connection) { return toPauses(connection.run(sql::queue_pauses_all)); });
}

std::vector<QueuePause> PgPauseStore::of(TenantId tenant) {
  Params params;
  params.add(tenant);
  return withConnection(tenant_pool_, [&](Connection& connection) {
    return toPauses(runAsTenant(connection, tenant, sql::queue_pauses_of, params));
  });
}

bool PgPauseStore::add(const QueuePause& pause, const AuditEntry& audit) {
  return withConnection(system_pool_, [&](Connection& connection) {
    Transaction transaction(connection);
    if (transaction.run(sql::queue_pause_insert, paramsOf(pause)).affected() == 0) return false;
    writeAudit(transaction, audit);
    transaction.commit();
    return true;
  });
}

std::vector<QueuePause> PgPauseStore::remove(TenantId tenant, const PauseScope& scope, const AuditOf& audit) {
  Params params;
  params.add(tenant);
  addScope(params, scope);
  return withConnection(system_pool_, [&](Connection& connection) {
    Transaction transaction(connection);
    auto removed = toPauses(transaction.run(sql::queue_pauses_delete, params));
    if (removed.empty()) return removed;
    writeAudit(transaction, audit(removed));
    transaction.commit();
    return removed;
  });
}

bool PgPauseStore::anyLeft(TenantId tenant, std::optional<Channel> channel) {
  Params params;
  params.add(tenant);
  params.add(channelOrNull(channel));
  return withConnection(tenant_pool_, [&](Connection& connection) {
    return runAsTenant(connection, tenant, sql::work_left, params)[0].boolean(0);
  });
}

}  // namespace belfry::pg
