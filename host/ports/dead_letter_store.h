// What was given up, and what is done about it. A dead letter is made by the commit that fails its delivery; it is
// replayed or purged by compare-and-set, so that of many who try at once one does. All calls may throw
// StoreUnavailable. Thread-safe.
#pragma once

#include <optional>
#include <vector>

#include "model/audit.h"
#include "model/dead_letter.h"
#include "ports/intake_store.h"

namespace belfry {

/// What became of a dead letter.
struct DeadLetterChange {
  std::optional<DeadLetter> letter;  ///< as it stands now, or stood when it was purged; absent: there is none
  bool changed = false;              ///< false: it was not dead, and nothing was done
};

/// How long dead letters of one state are kept.
struct DeadLetterRetention {
  DeadLetterState state;
  TimePoint died_since;         ///< older ones go
  std::int64_t per_tenant = 0;  ///< at least 1; of more, the oldest go
};

class DeadLetterStore {
 public:
  virtual ~DeadLetterStore() = default;
  /// Newest first, below `before` when given.
  virtual std::vector<DeadLetter> list(TenantId tenant, const DeadLetterFilter& filter,
                                       std::optional<DeadLetterId> before, int limit) = 0;
  virtual std::optional<DeadLetter> get(TenantId tenant, DeadLetterId id) = 0;
  /// Queues its delivery again, whose attempts go on. With the audit line, in one commit.
  virtual DeadLetterChange replay(DeadLetterId id, const AuditEntry& audit) = 0;
  /// Stores `corrected` in its place, which waits for a worker; its own delivery stays failed, and its timeline says
  /// so. With the audit line, in one commit.
  virtual DeadLetterChange replayAs(DeadLetterId id, const NewNotification& corrected, const AuditEntry& audit) = 0;
  /// Removes it; its delivery stays failed. With the audit line, in one commit.
  virtual DeadLetterChange purge(DeadLetterId id, const AuditEntry& audit) = 0;
  /// Removes up to `limit` that are kept no longer, of all tenants; how many.
  virtual int prune(const DeadLetterRetention& retention, int limit) = 0;
  /// Where any are dead, of all tenants; each counted up to `most`.
  virtual std::vector<DeadLetterTotal> totals(std::int64_t most) = 0;
};

}  // namespace belfry
