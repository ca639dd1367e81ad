// Reads the record of who changed what. Lines are written by the store that makes the change, in its transaction.
// May throw StoreUnavailable. Thread-safe.
#pragma once

#include <vector>

#include "model/audit.h"

namespace belfry {

struct AuditFilter {
  std::string action;  ///< empty: any
  std::optional<TimePoint> from;
  std::optional<TimePoint> to;
};

class AuditStore {
 public:
  virtual ~AuditStore() = default;
  /// Newest first, below `before` when given.
  virtual std::vector<AuditEntry> list(TenantId tenant, const AuditFilter& filter, std::optional<AuditId> before,
                                       int limit) = 0;
};

}  // namespace belfry
