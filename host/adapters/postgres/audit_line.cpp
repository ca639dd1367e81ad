#include "adapters/postgres/audit_line.h"

#include "adapters/postgres/enum_column.h"
#include "sql_statements.h"

namespace belfry::pg {

void writeAudit(Transaction& transaction, const AuditEntry& entry) {
  Params params;
  params.add(entry.tenant);
  params.add(entry.id);
  params.add(entry.at);
  params.add(entry.actor);
  params.add(entry.action);
  params.add(entry.target);
  params.add(orNull(entry.before_json));
  params.add(orNull(entry.after_json));
  params.add(entry.request_id);
  transaction.run(sql::audit_insert, params);
}

}  // namespace belfry::pg
