// Pauses and drains. A change is announced to every host (`belfry_catalogue`). All calls may throw StoreUnavailable.
// Thread-safe.
#pragma once

#include <functional>
#include <vector>

#include "model/audit.h"
#include "model/queue.h"

namespace belfry {

class PauseStore {
 public:
  virtual ~PauseStore() = default;
  /// Of all tenants.
  virtual std::vector<QueuePause> all() = 0;
  /// Oldest first.
  virtual std::vector<QueuePause> of(TenantId tenant) = 0;
  /// Writes pause and audit line in one commit; false when this is paused (or drained) already, and nothing is written.
  virtual bool add(const QueuePause& pause, const AuditEntry& audit) = 0;
  /// Ends what exactly this scope holds, pause and drain alike, with the audit line that `audit` makes of it; what was
  /// ended. Empty: nothing was, and nothing is written.
  using AuditOf = std::function<AuditEntry(const std::vector<QueuePause>&)>;
  virtual std::vector<QueuePause> remove(TenantId tenant, const PauseScope& scope, const AuditOf& audit) = 0;
  /// Whether anything of a channel (nullopt: of the tenant) waits, is scheduled or is in flight.
  virtual bool anyLeft(TenantId tenant, std::optional<Channel> channel) = 0;
};

}  // namespace belfry
