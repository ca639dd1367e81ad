// Reading the record of who changed what: admin/audit.
#pragma once

#include "api/rest/router.h"
#include "ports/audit_store.h"

namespace belfry {

void addAuditOperations(Router& router, AuditStore& audit);

}  // namespace belfry
