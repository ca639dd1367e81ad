// How a Connection speaks: send, wait with a deadline, collect, and turn what is no result into SqlError.
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>

#include "adapters/postgres/connection.h"
#include "adapters/postgres/libpq.h"
#include "adapters/postgres/prepared_statements.h"

namespace belfry::pg {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr int kBinary = 1;

bool good(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

bool isCopy(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

/// The plan does not fit the schema any more (0A000 from plancache.c), or somebody deallocated it (26000).
bool isStale(const PGresult* result) {
  const std::string sqlstate = field(result, PG_DIAG_SQLSTATE);
  return sqlstate == "26000" ||
         (sqlstate == "0A000" && field(result, PG_DIAG_SOURCE_FUNCTION) == "RevalidateCachedQuery");
}

SqlFailure describe(const char* what, const PGresult* result) {
  SqlFailure failure{.statement = what};
  failure.sqlstate = field(result, PG_DIAG_SQLSTATE);
  failure.message = field(result, PG_DIAG_MESSAGE_PRIMARY);
  if (failure.message.empty()) failure.message = trimmed(PQresultErrorMessage(result));
  failure.detail = field(result, PG_DIAG_MESSAGE_DETAIL);
  failure.constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
  const std::string position = field(result, PG_DIAG_STATEMENT_POSITION);
  if (!position.empty()) failure.position = std::stoi(position);
  failure.stale_plan = isStale(result);
  return failure;
}

int millisUntil(SteadyTime deadline) {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, INT_MAX));
}

/// Sends what is left to send and waits until an answer is there (or the connection is not). False when the deadline
/// passed.
bool awaitAnswer(PGconn* handle, std::optional<SteadyTime> deadline) {
  while (true) {
    const bool unsent = PQflush(handle) == 1;
    if (!PQisBusy(handle)) return true;
    pollfd entry{PQsocket(handle), static_cast<short>(unsent ? POLLIN | POLLOUT : POLLIN), 0};
    const int ready = ::poll(&entry, 1, deadline ? millisUntil(*deadline) : -1);
    if (ready == 0) return false;
    if (ready < 0 && errno == EINTR) continue;
    if (!PQconsumeInput(handle)) return true;  // PQgetResult tells why
  }
}

bool sendPrepared(PGconn* handle, const std::string& name, const Params& params) {
  const auto values = params.values();
  const std::vector<int> formats(params.size(), kBinary);
  return PQsendQueryPrepared(handle, name.c_str(), static_cast<int>(params.size()), values.data(),
                             params.lengths().data(), formats.data(), kBinary) == 1;
}

}  // namespace

void Connection::lost(const char* what, std::string message, bool ambiguous) {
  broken_ = true;
  throw SqlError({.statement = what,
                  .sqlstate = "08006",
                  .message = std::move(message),
                  .connection_lost = true,
                  .ambiguous = ambiguous});
}

void Connection::fail(const char* what, const PGresult* result, bool ambiguous_if_lost) {
  SqlFailure failure = describe(what, result);
  if (PQstatus(handle_) != CONNECTION_OK) {
    broken_ = true;
    failure.connection_lost = true;
    failure.ambiguous = ambiguous_if_lost;
    if (failure.sqlstate.empty()) failure.sqlstate = "08006";
  }
  throw SqlError(std::move(failure));
}

PGresult* Connection::nextResult(const char* what, bool ambiguous_if_lost) {
  std::optional<SteadyTime> deadline;
  if (settings_.statement_timeout.count() > 0) {
    deadline = std::chrono::steady_clock::now() + settings_.statement_timeout + settings_.grace;
  }
  if (!awaitAnswer(handle_, deadline)) {
    lost(what, "no answer within statement_timeout and its grace; the session is given up", ambiguous_if_lost);
  }
  return PQgetResult(handle_);
}

/// All results of what was sent; the last counts, but the first error stays.
PGresult* Connection::collect(const char* what, bool sent, bool ambiguous_if_lost) {
  if (!sent) lost(what, trimmed(PQerrorMessage(handle_)), false);
  ResultPtr last;
  while (ResultPtr next{nextResult(what, ambiguous_if_lost)}) {
    if (isCopy(next.get())) {
      broken_ = true;
      throw std::logic_error(std::string(what) + ": COPY is not spoken here");
    }
    if (!last || good(last.get())) last = std::move(next);
  }
  if (!last) lost(what, trimmed(PQerrorMessage(handle_)), ambiguous_if_lost);
  return last.release();
}

Rows Connection::finish(const char* what, bool sent, bool ambiguous_if_lost) {
  ResultPtr result(collect(what, sent, ambiguous_if_lost));
  if (!good(result.get())) fail(what, result.get(), ambiguous_if_lost);
  return Rows(result.release());
}

std::string Connection::prepare(const Statement& statement, const Params& params) {
  if (const std::string* name = prepared_->find(statement, params)) return *name;
  std::string name = prepared_->freshName(statement);
  const bool sent = !broken_ && PQsendPrepare(handle_, name.c_str(), statement.sql, static_cast<int>(params.size()),
                                              params.oids().data()) == 1;
  finish(statement.name, sent, false);
  prepared_->remember(statement, params, name);
  return name;
}

/// Frees the server's copies where that is possible; in a failed transaction they stay until the session ends.
void Connection::forget(const Statement& statement) {
  for (const std::string& name : prepared_->forget(statement)) {
    if (!inTransaction()) runText(("DEALLOCATE \"" + name + "\"").c_str());
  }
}

Rows Connection::run(const Statement& statement, const Params& params) {
  const bool alone = !inTransaction();
  for (bool repeated = false;; repeated = true) {
    const std::string name = prepare(statement, params);
    const bool sent = !broken_ && sendPrepared(handle_, name, params);
    ResultPtr result(collect(statement.name, sent, alone));
    if (good(result.get())) return Rows(result.release());
    if (isStale(result.get())) {
      const bool known_to_server = field(result.get(), PG_DIAG_SQLSTATE) != "26000";
      known_to_server ? forget(statement) : static_cast<void>(prepared_->forget(statement));
      if (alone && !repeated) continue;  // refused before it began, so repeating is safe
    }
    fail(statement.name, result.get(), alone);
  }
}

Rows Connection::runText(const char* sql) {
  return finish("text", !broken_ && PQsendQuery(handle_, sql) == 1, !inTransaction());
}

std::vector<Rows> Connection::runPipelined(const Batch& batch) { return pipeline(batch, !inTransaction()); }

std::vector<Rows> Connection::pipeline(const Batch& batch, bool ambiguous_if_lost) {
  if (batch.empty()) return {};
  std::vector<std::string> names;
  for (const auto& [statement, params] : batch) names.push_back(prepare(statement, params));
  if (broken_ || !sendBatch(batch, names)) lost(batch.front().first.name, trimmed(PQerrorMessage(handle_)), false);
  std::vector<Rows> all = collectBatch(batch, ambiguous_if_lost);
  return all;
}

bool Connection::sendBatch(const Batch& batch, const std::vector<std::string>& names) {
  if (!PQenterPipelineMode(handle_)) return false;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (!sendPrepared(handle_, names[i], batch[i].second)) return false;
  }
  return PQpipelineSync(handle_) == 1;
}

std::vector<Rows> Connection::collectBatch(const Batch& batch, bool ambiguous_if_lost) {
  std::vector<Rows> all;
  ResultPtr failed;
  const auto current = [&] { return batch[std::min(all.size(), batch.size() - 1)].first; };
  while (true) {
    ResultPtr next(nextResult(current().name, ambiguous_if_lost));
    const ExecStatusType status = PQresultStatus(next.get());
    if (status == PGRES_PIPELINE_SYNC || PQstatus(handle_) != CONNECTION_OK) {
      if (!failed) failed = status == PGRES_PIPELINE_SYNC ? nullptr : std::move(next);
      break;
    }
    if (!next || status == PGRES_PIPELINE_ABORTED) continue;  // null ends each statement's results
    if (good(next.get())) all.emplace_back(next.release());
    else if (!failed) failed = std::move(next);
  }
  const bool tidy = PQstatus(handle_) == CONNECTION_OK && PQexitPipelineMode(handle_) == 1;
  if (failed && isStale(failed.get())) prepared_->forget(current());
  if (failed) fail(current().name, failed.get(), ambiguous_if_lost);
  if (!tidy) lost(current().name, trimmed(PQerrorMessage(handle_)), ambiguous_if_lost);
  return all;
}

void Connection::begin() { finish("begin", !broken_ && PQsendQuery(handle_, "BEGIN") == 1, false); }

void Connection::rollback() { finish("rollback", !broken_ && PQsendQuery(handle_, "ROLLBACK") == 1, false); }

void Connection::commit() {
  ResultPtr result(collect("commit", !broken_ && PQsendQuery(handle_, "COMMIT") == 1, true));
  if (!good(result.get())) fail("commit", result.get(), true);
  if (std::string_view(PQcmdStatus(result.get())) == "ROLLBACK") {
    throw SqlError({.statement = "commit",
                    .sqlstate = "25P02",
                    .message = "the transaction had failed before and was rolled back"});
  }
}

}  // namespace belfry::pg
