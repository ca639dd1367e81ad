#include "adapters/postgres/pg_audit_store.h"

#include "adapters/postgres/enum_column.h"
#include "adapters/postgres/store_call.h"
#include "adapters/postgres/transaction.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

constexpr Uuid kGreatest{
    {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

AuditEntry toEntry(TenantId tenant, const Row& row) {
  return {tenant,
          {row.uuid(0)},
          row.time(1),
          std::string(row.text(2)),
          std::string(row.text(3)),
          std::string(row.text(4)),
          orEmpty(row.maybeText(5)),
          orEmpty(row.maybeText(6)),
          std::string(row.text(7))};
}

}  // namespace

std::vector<AuditEntry> PgAuditStore::list(TenantId tenant, const AuditFilter& filter, std::optional<AuditId> before,
                                           int limit) {
  Params params;
  params.add(tenant);
  params.add(before ? before->value : kGreatest);
  params.add(filter.from ? uuidLowerBound(*filter.from) : Uuid{});
  params.add(filter.to ? uuidLowerBound(*filter.to) : kGreatest);
  params.add(orNull(filter.action));
  params.add(static_cast<std::int64_t>(limit));
  return withConnection(tenant_pool_, [&](Connection& connection) {
    std::vector<AuditEntry> entries;
    for (auto row : runAsTenant(connection, tenant, sql::audit_page, params)) entries.push_back(toEntry(tenant, row));
    return entries;
  });
}

}  // namespace belfry::pg
