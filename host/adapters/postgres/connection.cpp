#include "adapters/postgres/connection.h"

#include <Poco/Data/PostgreSQL/Connector.h>
#include <Poco/Data/PostgreSQL/Utility.h>
#include <Poco/Data/Session.h>
#include <Poco/Exception.h>
#include <poll.h>

#include "adapters/postgres/conninfo.h"
#include "adapters/postgres/libpq.h"
#include "adapters/postgres/prepared_statements.h"

namespace belfry::pg {
namespace {

[[noreturn]] void unreachable(std::string message) {
  throw SqlError({.statement = "connect", .sqlstate = "08001", .message = std::move(message), .connection_lost = true});
}

/// libpq frees what a failed attempt took; Poco 1.11 does not.
void probe(const std::string& connection_string) {
  const HandlePtr handle(PQconnectdb(connection_string.c_str()));
  if (PQstatus(handle.get()) != CONNECTION_OK) unreachable(trimmed(PQerrorMessage(handle.get())));
}

std::unique_ptr<Poco::Data::Session> openSession(const std::string& connection_string) {
  static const bool registered = (Poco::Data::PostgreSQL::Connector::registerConnector(), true);
  static_cast<void>(registered);
  try {
    return std::make_unique<Poco::Data::Session>(Poco::Data::PostgreSQL::Connector::KEY, connection_string);
  } catch (const Poco::Exception& error) {
    unreachable(trimmed(error.message().c_str()));
  }
}

void logNotice(void* log, const PGresult* notice) {
  const std::string severity = field(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  const std::string message = field(notice, PG_DIAG_MESSAGE_PRIMARY);
  const auto* const to = static_cast<const Log*>(log);
  const bool harmless = severity == "NOTICE" || severity == "INFO" || severity == "LOG" || severity == "DEBUG";
  harmless ? to->debug("postgres notice", {{"severity", severity}, {"message", message}})
           : to->warn("postgres notice", {{"severity", severity}, {"message", message}});
}

std::string quotedIdentifier(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

bool readable(int fd) {
  pollfd entry{fd, POLLIN, 0};
  return ::poll(&entry, 1, 0) != 0;  // an error of poll itself is looked into as well
}

}  // namespace

Connection::Connection(SessionSettings settings, const Log& log)
    : settings_(std::move(settings)), log_(log), prepared_(std::make_unique<PreparedStatements>()) {
  open();
}

Connection::~Connection() = default;

void Connection::EndSession::operator()(Poco::Data::Session* session) const noexcept {
  PGconn* const handle = *Poco::Data::PostgreSQL::Utility::handle(*session);
  const bool left_behind = PQstatus(handle) != CONNECTION_OK;  // Poco finishes only what still looks connected
  delete session;
  if (left_behind) PQfinish(handle);
}

void Connection::open() {
  const std::string connection_string =
      pocoConnectionString(connectParameters({settings_.url, settings_.application_name, settings_.connect_timeout}));
  probe(connection_string);
  session_.reset(openSession(connection_string).release());
  handle_ = *Poco::Data::PostgreSQL::Utility::handle(*session_);
  PQsetNoticeReceiver(handle_, logNotice, const_cast<Log*>(&log_));
  setUp();
}

void Connection::setUp() {
  PQsetnonblocking(handle_, 1);  // so that a large statement cannot block on a server that does not read
  std::string sql = "SET timezone = 'UTC'; SET search_path = belfry; SET statement_timeout = " +
                    std::to_string(settings_.statement_timeout.count());
  if (settings_.plan_once) sql += "; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off";
  if (!settings_.role.empty()) sql += "; SET ROLE " + quotedIdentifier(settings_.role);
  runText(sql.c_str());
}

void Connection::reopen() {
  broken_ = true;
  prepared_->clear();
  PQreset(handle_);
  if (PQstatus(handle_) != CONNECTION_OK) unreachable(trimmed(PQerrorMessage(handle_)));
  broken_ = false;
  try {
    setUp();
  } catch (...) {
    broken_ = true;  // without its role the session must not be used
    throw;
  }
}

bool Connection::usable() const noexcept { return !broken_ && PQstatus(handle_) == CONNECTION_OK; }

/// An idle session that has something to read was ended, or got a notice. Reading alone does not tell them apart for
/// certain, since the end of the stream may come a moment after the server's last words; a round trip does.
bool Connection::peerHasGone() {
  if (!readable(PQsocket(handle_))) return false;
  if (!PQconsumeInput(handle_) || PQstatus(handle_) != CONNECTION_OK) return true;
  try {
    runText("");
    return false;
  } catch (const SqlError&) {
    return true;
  }
}

bool Connection::heal() {
  if (usable() && !peerHasGone()) return false;
  reopen();
  return true;
}

void Connection::tidy() noexcept {
  const PGTransactionStatusType status = PQtransactionStatus(handle_);
  if (!usable() || status == PQTRANS_IDLE) return;
  if (status != PQTRANS_INTRANS && status != PQTRANS_INERROR) {
    broken_ = true;
    return;
  }
  try {
    rollback();
  } catch (const std::exception& error) {
    broken_ = true;
    log_.warn("postgres session given up", {{"error", error.what()}});
  }
}

bool Connection::inTransaction() const noexcept {
  const PGTransactionStatusType status = PQtransactionStatus(handle_);
  return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

int Connection::backendPid() const noexcept { return PQbackendPID(handle_); }

std::size_t Connection::preparedCount() const noexcept { return prepared_->size(); }

}  // namespace belfry::pg
