#include "services/queues/queue_control.h"

#include <algorithm>
#include <map>

#include "ports/store_error.h"
#include "services/queues/queue_record.h"

namespace belfry {
namespace {

Problem invalid(std::vector<FieldError> errors) {
  auto count = errors.size();
  return {ErrorCode::validation_failed,
          std::to_string(count) + (count == 1 ? " field is" : " fields are") + " not valid", std::move(errors)};
}

std::vector<QueuePause> holdingOf(const std::vector<QueuePause>& pauses, QueueName queue) {
  std::vector<QueuePause> holding;
  for (const auto& pause : pauses)
    if (covers(pause.scope, queue)) holding.push_back(pause);
  return holding;
}

}  // namespace

QueueControl::QueueControl(const QueueControlParts& parts, int slots_per_worker, std::function<void()> pauses_changed,
                           std::function<void()> begun)
    : parts_(parts),
      slots_per_worker_(slots_per_worker),
      pauses_changed_(std::move(pauses_changed)),
      begun_(std::move(begun)) {}

QueueReport QueueControl::report(TenantId tenant) const {
  const auto now = parts_.clock.now();
  const auto pauses = parts_.pauses.of(tenant);
  std::map<QueueName, QueueDepth> depths;
  std::map<QueueName, std::vector<QueueFlow>> flows;
  for (auto& depth : parts_.queues.depths(tenant)) depths[depth.queue] = depth;
  for (auto& flow : parts_.queues.flows(tenant, flowWindows(now))) flows[flow.queue].push_back(std::move(flow));
  // A queue that only moved lately, or one that is held while nothing is in it, is shown too.
  for (const auto& [queue, moved] : flows) depths.try_emplace(queue, QueueDepth{.queue = queue});
  for (const auto& pause : pauses)
    if (pause.scope.channel && pause.scope.priority) {
      const QueueName queue{*pause.scope.channel, *pause.scope.priority};
      depths.try_emplace(queue, QueueDepth{.queue = queue});
    }
  QueueReport report{now, {}};
  for (const auto& [queue, depth] : depths)
    report.queues.push_back(figuresOf(depth, flows[queue], holdingOf(pauses, queue), now, slots_per_worker_));
  return report;
}

std::vector<PauseView> QueueControl::pauses(TenantId tenant) const {
  std::vector<PauseView> views;
  for (auto& pause : parts_.pauses.of(tenant)) {
    PauseView view{std::move(pause), {}};
    if (view.pause.drain) view.empty = !parts_.pauses.anyLeft(tenant, view.pause.scope.channel);
    views.push_back(std::move(view));
  }
  return views;
}

Result<QueuePause, Problem> QueueControl::pause(const Operator& by, const PauseWish& wish) {
  if (auto errors = faultsOf(wish); !errors.empty()) return failure(invalid(std::move(errors)));
  if (auto unknown = unknownProvider(by.tenant, wish.scope.provider)) return failure(std::move(*unknown));
  return hold(by, wish, false);
}

Result<QueuePause, Problem> QueueControl::drain(const Operator& by, const PauseWish& wish) {
  if (auto errors = faultsOfDrain(wish); !errors.empty()) return failure(invalid(std::move(errors)));
  return hold(by, wish, true);
}

Result<QueuePause, Problem> QueueControl::hold(const Operator& by, const PauseWish& wish, bool drain) {
  const auto now = parts_.clock.now();
  const QueuePause pause{PauseId::mint(now), by.tenant, drain, wish.scope, wish.reason, by.subject, now};
  auto audit = auditOf(by, drain ? "queue.drain" : "queue.pause", targetOf(wish.scope));
  audit.after_json = recordOf(pause);
  if (!parts_.pauses.add(pause, audit))
    return failure(Problem{ErrorCode::state_conflict,
                           targetOf(wish.scope) + (drain ? " is drained already" : " is paused already") +
                               "; GET /api/v1/admin/queues/pauses shows by whom",
                           {}});
  pausesChanged();
  return pause;
}

Result<std::vector<QueuePause>, Problem> QueueControl::resume(const Operator& by, const PauseWish& wish) {
  if (auto errors = faultsOf(wish); !errors.empty()) return failure(invalid(std::move(errors)));
  auto ended = parts_.pauses.remove(by.tenant, wish.scope, [&](const std::vector<QueuePause>& removed) {
    auto audit = auditOf(by, "queue.resume", targetOf(wish.scope));
    audit.before_json = recordOf(removed);
    return audit;
  });
  if (ended.empty())
    return failure(Problem{ErrorCode::state_conflict,
                           "nothing pauses or drains exactly " + targetOf(wish.scope) +
                               "; GET /api/v1/admin/queues/pauses shows what is held",
                           {}});
  pausesChanged();
  return ended;
}

Result<QueueSurvey, Problem> QueueControl::survey(TenantId tenant, const ActionWish& wish) const {
  if (auto errors = faultsOf(wish); !errors.empty()) return failure(invalid(std::move(errors)));
  return parts_.operations.survey(tenant, wish.wish, parts_.clock.now());
}

Result<QueueOperation, Problem> QueueControl::start(const Operator& by, const ActionWish& wish) {
  if (auto errors = faultsOf(wish); !errors.empty()) return failure(invalid(std::move(errors)));
  const auto now = parts_.clock.now();
  QueueOperation operation{};
  operation.id = QueueOperationId::mint(now);
  operation.tenant = by.tenant;
  operation.wish = wish.wish;
  operation.started_by = by.subject;
  operation.started_at = now;
  auto audit = auditOf(by, "queue." + std::string(toText(wish.wish.action)), operation.id.toString());
  audit.after_json = recordOf(operation);
  if (auto other = parts_.operations.start(operation, audit))
    return failure(Problem{ErrorCode::state_conflict,
                           "operation " + other->toString() + " of this tenant is running; one runs at a time",
                           {}});
  begun_();
  return operation;
}

Result<QueueOperation, Problem> QueueControl::operation(TenantId tenant, const std::string& id) const {
  const auto parsed = QueueOperationId::parse(id);
  auto found = parsed ? parts_.operations.get(tenant, *parsed) : std::nullopt;
  if (!found) return failure(Problem{ErrorCode::not_found, "there is no queue operation '" + shorten(id) + "'", {}});
  return std::move(*found);
}

std::vector<QueueOperation> QueueControl::operations(TenantId tenant, std::optional<QueueOperationId> before,
                                                     int limit) const {
  return parts_.operations.list(tenant, before, limit);
}

std::optional<Problem> QueueControl::unknownProvider(TenantId tenant, const std::string& slug) const {
  if (slug.empty()) return std::nullopt;
  std::string present;
  if (const auto found = parts_.directory.find(tenant)) {
    for (const auto& instance : found->instances) {
      if (instance->row.slug == slug) return std::nullopt;
      present += (present.empty() ? "" : ", ") + instance->row.slug;
    }
  }
  return invalid({{"/provider", FieldErrorCode::not_found, "there is no such provider instance", shorten(slug),
                   present.empty() ? "the tenant has none" : present}});
}

AuditEntry QueueControl::auditOf(const Operator& by, std::string action, std::string target) const {
  const auto now = parts_.clock.now();
  return {by.tenant, AuditId::mint(now), now, by.subject, std::move(action), std::move(target), {}, {}, by.request_id};
}

void QueueControl::pausesChanged() {
  try {
    parts_.gate.reload();
  } catch (const StoreUnavailable&) {
    // The change is committed, so it is no failure: the announcement brings it to this host as to every other.
  }
  pauses_changed_();
}

}  // namespace belfry
