// Bulk actions on deliveries, done in steps of which each is one commit. A host that vanishes loses none and repeats
// none: another one goes on where it stopped. Every change is a compare-and-set against claims and receipts. All calls
// may throw StoreUnavailable. Thread-safe.
#pragma once

#include <optional>
#include <vector>

#include "model/audit.h"
#include "model/queue.h"

namespace belfry {

/// What one step did.
struct QueueStep {
  TenantId tenant;
  QueueOperationId operation;
  std::int64_t changed = 0;
  bool finished = false;
};

class QueueOperationStore {
 public:
  virtual ~QueueOperationStore() = default;
  /// Writes a running operation and its audit line in one commit. One of a tenant runs at a time: when another does,
  /// nothing is written and its id is the answer.
  virtual std::optional<QueueOperationId> start(const QueueOperation& operation, const AuditEntry& audit) = 0;
  /// nullopt when this tenant has none of that id.
  virtual std::optional<QueueOperation> get(TenantId tenant, QueueOperationId id) = 0;
  /// Newest first, below `before` when given.
  virtual std::vector<QueueOperation> list(TenantId tenant, std::optional<QueueOperationId> before, int limit) = 0;
  /// What it would do if it began now, and changes nothing. Looks at up to a million deliveries; `sample` holds at
  /// most 10.
  virtual QueueSurvey survey(TenantId tenant, const QueueWish& wish, TimePoint now) = 0;
  /// Does the next step, of at most 1000 deliveries, of some running operation that no other host works on; nullopt
  /// when there is none.
  virtual std::optional<QueueStep> step() = 0;
};

}  // namespace belfry
