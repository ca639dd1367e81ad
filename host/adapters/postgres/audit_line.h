// The audit line of a change, written in the transaction that makes it.
#pragma once

#include "adapters/postgres/transaction.h"
#include "model/audit.h"

namespace belfry::pg {

/// `transaction` has the role belfry_system.
void writeAudit(Transaction& transaction, const AuditEntry& entry);

}  // namespace belfry::pg
