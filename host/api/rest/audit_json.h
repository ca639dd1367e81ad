// Lines of the audit as they are shown.
#pragma once

#include "kit/json.h"
#include "model/audit.h"

namespace belfry {

void writeAudit(JsonWriter& json, const AuditEntry& entry);

}  // namespace belfry
