// The use cases of an operator: watch queues, pause and resume them, drain, and act on many deliveries at once. Every
// change is written with its audit line in one commit.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "kit/result.h"
#include "kit/time.h"
#include "ports/queue_operation_store.h"
#include "ports/queue_store.h"
#include "services/queues/queue_figures.h"
#include "services/queues/queue_gate.h"
#include "services/queues/queue_rules.h"

namespace belfry {

/// Who asks.
struct Operator {
  TenantId tenant;
  std::string subject;
  std::string request_id;
};

/// A pause or drain with what it has come to.
struct PauseView {
  QueuePause pause;
  std::optional<bool> empty;  ///< of a drain: nothing waits, is scheduled or in flight any more
};

struct QueueReport {
  TimePoint at;
  std::vector<QueueFigures> queues;  ///< by channel and priority
};

struct QueueControlParts {
  QueueStore& queues;
  PauseStore& pauses;
  QueueOperationStore& operations;
  const Directory& directory;
  QueueGate& gate;
  const Clock& clock;
};

/// Thread-safe. All calls may throw StoreUnavailable.
class QueueControl {
 public:
  /// `pauses_changed` and `begun`: somebody should look now.
  QueueControl(const QueueControlParts& parts, int slots_per_worker, std::function<void()> pauses_changed,
               std::function<void()> begun);

  /// Queues that hold anything, moved lately or are held.
  QueueReport report(TenantId tenant) const;

  std::vector<PauseView> pauses(TenantId tenant) const;
  Result<QueuePause, Problem> pause(const Operator& by, const PauseWish& wish);
  Result<QueuePause, Problem> drain(const Operator& by, const PauseWish& wish);
  /// What was ended.
  Result<std::vector<QueuePause>, Problem> resume(const Operator& by, const PauseWish& wish);

  Result<QueueSurvey, Problem> survey(TenantId tenant, const ActionWish& wish) const;
  /// Begins it; it is done in the background, by any host.
  Result<QueueOperation, Problem> start(const Operator& by, const ActionWish& wish);
  Result<QueueOperation, Problem> operation(TenantId tenant, const std::string& id) const;
  std::vector<QueueOperation> operations(TenantId tenant, std::optional<QueueOperationId> before, int limit) const;

 private:
  Result<QueuePause, Problem> hold(const Operator& by, const PauseWish& wish, bool drain);
  std::optional<Problem> unknownProvider(TenantId tenant, const std::string& slug) const;
  AuditEntry auditOf(const Operator& by, std::string action, std::string target) const;
  void pausesChanged();

  const QueueControlParts parts_;
  const int slots_per_worker_;
  const std::function<void()> pauses_changed_;
  const std::function<void()> begun_;
};

}  // namespace belfry
