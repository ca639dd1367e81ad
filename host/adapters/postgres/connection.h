// One session with PostgreSQL: opened by Poco::Data, spoken to on its libpq handle, everything in binary format.
//
// Why the raw handle: a fresh Poco statement takes 340 µs where a prepared one takes well under 100, and Poco drops
// microseconds, SQLSTATEs and NULLs. Why a probe before Poco opens: Poco 1.11 leaks the whole PGconn (37 KB) of each
// failed attempt, which would grow the host for as long as the database is down.
//
// Statements are prepared on first use and stay prepared until the session ends. A NULL fits every prepared type; other
// types than those prepared get a variant of their own. An answer that does not come within statement_timeout and the
// grace ends the session as lost, so that no thread hangs on a frozen server.
// Not thread-safe: one user at a time, see Pool.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/postgres/error.h"
#include "adapters/postgres/params.h"
#include "adapters/postgres/rows.h"
#include "adapters/postgres/statement.h"
#include "kit/log.h"

struct pg_conn;
namespace Poco::Data {
class Session;
}

namespace belfry::pg {

class PreparedStatements;

struct SessionSettings {
  std::string url;   ///< URI (postgresql://…) or key=value text, as libpq takes them
  std::string role;  ///< SET ROLE at once; empty: stay the login user
  /// Each statement is planned once a session, for any parameters, and by indexes alone: a plan made while a table was
  /// empty stays right when it is full. For statements that find each row by a key.
  bool plan_once = false;
  std::string application_name = "belfry";
  std::chrono::milliseconds connect_timeout{5000};     ///< whole seconds, at least 2 (libpq)
  std::chrono::milliseconds statement_timeout{30000};  ///< 0: none
  std::chrono::milliseconds grace{5000};  ///< a server silent for this long past statement_timeout counts as lost
};

using Batch = std::vector<std::pair<Statement, Params>>;

class Connection {
 public:
  /// Connects and sets the session up: UTC, search_path = belfry, role, statement_timeout. Throws SqlError
  /// (connectionLost). `log` gets the server's warnings and must outlive the connection.
  Connection(SessionSettings settings, const Log& log);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs one prepared statement. Throws SqlError.
  Rows run(const Statement& statement, const Params& params = {});
  /// Runs SQL text as it is, several statements too (then as one transaction, and the last result counts). Its columns
  /// are in text format: only Row::text reads them. For DDL and session set-up.
  Rows runText(const char* sql);
  /// Runs all in one round trip. Outside a transaction they form one: all or none, and set_config(…, true) holds to the
  /// end. The first that fails decides the SqlError. One Rows for each statement, in order.
  std::vector<Rows> runPipelined(const Batch& batch);

  void begin();
  /// Throws SqlError; ambiguous() when the connection went away on the way. A transaction that had failed gives 25P02.
  void commit();
  void rollback();
  bool inTransaction() const noexcept;

  /// False once the session is known to be gone. Costs nothing and sends nothing.
  bool usable() const noexcept;
  /// At check-out: looks at the socket and, when the session has ended, opens it anew (session set-up again, prepared
  /// statements forgotten). Returns true when it had to. About 0.3 µs when all is well. Throws SqlError when the server
  /// stays away.
  bool heal();
  /// At check-in: whatever was left open is rolled back; a session that cannot be tidied is given up until heal().
  void tidy() noexcept;

  /// PID of the server process, 0 when not connected.
  int backendPid() const noexcept;
  /// How many statements this session has prepared.
  std::size_t preparedCount() const noexcept;

 private:
  friend class Transaction;

  /// Frees the PGconn of a lost session too, which Poco leaves behind.
  struct EndSession {
    void operator()(Poco::Data::Session* session) const noexcept;
  };

  void open();
  void reopen();
  void setUp();
  bool peerHasGone();
  std::string prepare(const Statement& statement, const Params& params);
  void forget(const Statement& statement);
  std::vector<Rows> pipeline(const Batch& batch, bool ambiguous_if_lost);
  bool sendBatch(const Batch& batch, const std::vector<std::string>& names);
  std::vector<Rows> collectBatch(const Batch& batch, bool ambiguous_if_lost);
  Rows finish(const char* what, bool sent, bool ambiguous_if_lost);
  pg_result* collect(const char* what, bool sent, bool ambiguous_if_lost);
  pg_result* nextResult(const char* what, bool ambiguous_if_lost);
  [[noreturn]] void lost(const char* what, std::string message, bool ambiguous);
  [[noreturn]] void fail(const char* what, const pg_result* result, bool ambiguous_if_lost);

  SessionSettings settings_;
  const Log& log_;
  std::unique_ptr<Poco::Data::Session, EndSession> session_;
  pg_conn* handle_ = nullptr;  // owned by session_
  std::unique_ptr<PreparedStatements> prepared_;
  bool broken_ = false;  // given up by us, whatever libpq thinks
};

}  // namespace belfry::pg
