#include "adapters/postgres/pg_queue_operation_store.h"

#include <algorithm>

#include "adapters/postgres/audit_line.h"
#include "adapters/postgres/queue_columns.h"
#include "adapters/postgres/queue_step.h"
#include "adapters/postgres/store_call.h"
#include "adapters/postgres/work_announcement.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

constexpr std::int64_t kBatch = 1000;
constexpr std::int64_t kMostSurveyed = 1'000'000;
constexpr std::size_t kSample = 10;
/// Steps on end that the database refuses before the operation has failed.
constexpr int kMostFailures = 5;
constexpr Uuid kGreatest{
    {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
/// How often what waits is gone through, at the most.
constexpr int kMostPasses = 10;

QueueFilter toFilter(const Row& row) {
  QueueFilter filter;
  filter.channel = maybeChannel(row, 5);
  filter.priority = maybePriority(row, 6);
  if (const auto state = row.maybeText(7)) filter.state = required(parseDeliveryState(*state), "delivery state");
  filter.provider = orEmpty(row.maybeText(8));
  filter.error_code = orEmpty(row.maybeText(9));
  filter.from = row.maybeTime(10);
  filter.to = row.maybeTime(11);
  filter.batch = row.maybeUuid(12);
  if (!row.isNull(13))
    for (const auto& id : row.uuids(13)) filter.notifications.push_back({id});
  filter.template_key = orEmpty(row.maybeText(22));
  return filter;
}

QueueOperation toOperation(const Row& row) {
  QueueOperation operation{};
  operation.tenant = {row.uuid(0)};
  operation.id = {row.uuid(1)};
  operation.wish.action = required(parseQueueAction(row.text(2)), "queue action");
  operation.wish.priority = maybePriority(row, 3);
  operation.wish.limit = row.maybeInt64(4);
  operation.wish.filter = toFilter(row);
  operation.state = required(parseQueueOperationState(row.text(14)), "queue operation state");
  operation.looked_at = row.int64(16);
  operation.changed = row.int64(17);
  operation.reason = orEmpty(row.maybeText(18));
  operation.started_by = row.text(19);
  operation.started_at = row.time(20);
  operation.finished_at = row.maybeTime(21);
  return operation;
}

void addFilter(Params& params, const QueueFilter& filter) {
  params.add(channelOrNull(filter.channel));
  params.add(numberOrNull(filter.priority));
  params.add(filter.state ? std::optional(std::string(toText(*filter.state))) : std::nullopt);
  params.add(orNull(filter.provider));
  params.add(orNull(filter.error_code));
  params.add(filter.from);
  params.add(filter.to);
  params.add(filter.batch);
  if (filter.notifications.empty()) params.addNull();
  else params.addUuids(filter.notifications);
}

Params paramsOf(const QueueOperation& operation) {
  Params params;
  params.add(operation.tenant);
  params.add(operation.id);
  params.add(toText(operation.wish.action));
  params.add(numberOrNull(operation.wish.priority));
  params.add(operation.wish.limit);
  addFilter(params, operation.wish.filter);
  params.add(operation.started_by);
  params.add(operation.started_at);
  params.add(orNull(operation.wish.filter.template_key));
  return params;
}

Params paramsOf(TenantId tenant) {
  Params params;
  params.add(tenant);
  return params;
}

/// How far an operation is.
struct Progress {
  Uuid position;
  int pass = 1;
  std::int64_t changed_in_pass = 0;
};

/// Columns of queue_operation_take.
Progress toProgress(const Row& row) { return {row.uuid(15), static_cast<int>(row.int64(23)), row.int64(24)}; }

void advance(Transaction& transaction, const QueueStep& step, const Progress& progress, std::int64_t looked_at) {
  Params params;
  params.add(step.tenant);
  params.add(step.operation);
  params.add(progress.position);
  params.add(looked_at);
  params.add(step.changed);
  params.add(step.finished);
  params.add(static_cast<std::int32_t>(progress.pass));
  params.add(progress.changed_in_pass);
  transaction.run(sql::queue_operation_advance, params);
}

/// What a worker held for a moment waits again a moment later, so what waits is gone through until a pass changes
/// nothing. What failed is gone through once: it would be tried again for as long as it fails.
bool oneMorePass(const QueueOperation& operation, const Progress& progress) {
  const auto action = operation.wish.action;
  const bool waits = action == QueueAction::delete_waiting || action == QueueAction::change_priority;
  return waits && progress.changed_in_pass > 0 && progress.pass < kMostPasses;
}

QueueStep takeStep(Transaction& transaction, Connection& connection, const QueueOperation& operation,
                   Progress progress) {
  const auto left = operation.wish.limit ? *operation.wish.limit - operation.changed : kBatch;
  const auto picked = pick(connection, operation.tenant, operation.wish, operation.started_at, progress.position,
                           std::min(kBatch, left));
  QueueStep step{operation.tenant, operation.id, change(connection, operation, picked.ids), false};
  progress.position = picked.position;
  progress.changed_in_pass += step.changed;
  const bool enough = operation.wish.limit && step.changed >= left;
  step.finished = enough || (picked.last && !oneMorePass(operation, progress));
  if (picked.last && !step.finished) progress = {{}, progress.pass + 1, 0};
  advance(transaction, step, progress, picked.looked_at);
  return step;
}

/// Tenants see it: which error it was is for the log.
void noteFailure(Connection& connection, const QueueOperation& operation, const SqlError& error) {
  Params params;
  params.add(operation.tenant);
  params.add(operation.id);
  params.add("the database refused a step (SQLSTATE " + std::string(error.sqlstate()) + ")");
  params.add(static_cast<std::int32_t>(kMostFailures));
  connection.run(sql::queue_operation_fail, params);
}

}  // namespace

std::optional<QueueOperationId> PgQueueOperationStore::start(const QueueOperation& operation, const AuditEntry& audit) {
  return withConnection(system_pool_, [&](Connection& connection) -> std::optional<QueueOperationId> {
    for (;;) {
      Transaction transaction(connection);
      if (transaction.run(sql::queue_operation_insert, paramsOf(operation)).affected() == 1) {
        writeAudit(transaction, audit);
        transaction.commit();
        return std::nullopt;
      }
      const auto other = transaction.run(sql::queue_operation_running, paramsOf(operation.tenant));
      if (!other.empty()) return QueueOperationId{other[0].uuid(0)};
      // It ended between the two statements.
    }
  });
}

std::optional<QueueOperation> PgQueueOperationStore::get(TenantId tenant, QueueOperationId id) {
  auto params = paramsOf(tenant);
  params.add(id);
  return withConnection(tenant_pool_, [&](Connection& connection) -> std::optional<QueueOperation> {
    const auto rows = runAsTenant(connection, tenant, sql::queue_operation_get, params);
    return rows.empty() ? std::nullopt : std::optional(toOperation(rows[0]));
  });
}

std::vector<QueueOperation> PgQueueOperationStore::list(TenantId tenant, std::optional<QueueOperationId> before,
                                                        int limit) {
  auto params = paramsOf(tenant);
  params.add(before ? before->value : kGreatest);
  params.add(static_cast<std::int64_t>(limit));
  return withConnection(tenant_pool_, [&](Connection& connection) {
    std::vector<QueueOperation> operations;
    for (auto row : runAsTenant(connection, tenant, sql::queue_operations_page, params))
      operations.push_back(toOperation(row));
    return operations;
  });
}

QueueSurvey PgQueueOperationStore::survey(TenantId tenant, const QueueWish& wish, TimePoint now) {
  return withConnection(tenant_pool_, [&](Connection& connection) {
    Transaction transaction(connection, tenant);
    QueueSurvey survey;
    Picked picked;
    std::int64_t looked_at = 0;
    const auto most = wish.limit.value_or(kMostSurveyed);
    while (!picked.last && survey.matched < most && looked_at < kMostSurveyed) {
      picked = pick(connection, tenant, wish, now, picked.position, std::min(kMostSurveyed, most - survey.matched));
      looked_at += picked.looked_at;
      survey.matched += static_cast<std::int64_t>(picked.ids.size());
      for (const auto& id : picked.ids)
        if (survey.sample.size() < kSample) survey.sample.push_back({id});
    }
    survey.complete = picked.last || survey.matched >= most;
    transaction.commit();
    return survey;
  });
}

std::optional<QueueStep> PgQueueOperationStore::step() {
  return withConnection(system_pool_, [&](Connection& connection) -> std::optional<QueueStep> {
    std::optional<QueueOperation> operation;
    try {
      Transaction transaction(connection);
      const auto rows = transaction.run(sql::queue_operation_take);
      if (rows.empty()) return std::nullopt;
      operation = toOperation(rows[0]);
      const auto step = takeStep(transaction, connection, *operation, toProgress(rows[0]));
      if (step.changed > 0) transaction.run(sql::work_announce, announcedBy(""));
      transaction.commit();
      return step;
    } catch (const SqlError& error) {
      const bool passes = error.connectionLost() || error.retryable() || cannotWorkNow(error.sqlstate());
      if (operation && !passes) noteFailure(connection, *operation, error);
      throw;
    }
  });
}

}  // namespace belfry::pg
