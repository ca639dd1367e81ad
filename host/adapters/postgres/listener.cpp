#include "adapters/postgres/listener.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <system_error>

#include "adapters/postgres/conninfo.h"
#include "adapters/postgres/error.h"
#include "adapters/postgres/libpq.h"

namespace belfry::pg {
namespace {

using SteadyClock = std::chrono::steady_clock;

std::string quotedIdentifier(PGconn* handle, const std::string& name) {
  char* quoted = PQescapeIdentifier(handle, name.data(), name.size());
  if (!quoted) throw std::runtime_error(trimmed(PQerrorMessage(handle)));
  std::string text = quoted;
  PQfreemem(quoted);
  return text;
}

PGconn* startConnecting(const ConnectParameters& parameters) {
  std::vector<const char*> keys;
  std::vector<const char*> values;
  for (const auto& [key, value] : parameters) {
    keys.push_back(key.c_str());
    values.push_back(value.c_str());
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  return PQconnectStartParams(keys.data(), values.data(), 0);
}

void ignoreNotice(void*, const PGresult*) {}  // the server's last words come again as the connection's error

}  // namespace

void Listener::Finish::operator()(pg_conn* handle) const noexcept { PQfinish(handle); }

Listener::Listener(ListenerSettings settings, OnNotify on_notify, OnReconnected on_reconnected, const Log& log)
    : settings_(std::move(settings)),
      on_notify_(std::move(on_notify)),
      on_reconnected_(std::move(on_reconnected)),
      log_(log),
      stop_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (stop_fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  thread_ = std::thread([this] { loop(); });
}

Listener::~Listener() {
  stop();
  ::close(stop_fd_);
}

void Listener::stop() {
  stop_.requestStop();
  const std::uint64_t one = 1;
  if (::write(stop_fd_, &one, sizeof one) < 0 && errno != EAGAIN) log_.error("listener eventfd", {{"errno", errno}});
  if (thread_.joinable()) thread_.join();
}

void Listener::loop() {
  nameThread("pg-listen");
  auto pause = settings_.min_pause;
  while (!stop_.stopped()) {
    try {
      const Handle handle = connect();
      if (handle && listen(handle.get())) {
        pause = settings_.min_pause;
        connected_ = true;
        call("reconnected", on_reconnected_);
        receive(handle.get());
      }
      if (handle && !stop_.stopped()) {
        log_.warn("listener lost its connection", {{"error", trimmed(PQerrorMessage(handle.get()))}});
      }
    } catch (const std::exception& error) {
      log_.warn("listener cannot connect", {{"error", error.what()}});
    }
    connected_ = false;
    stop_.waitFor(pause);
    pause = std::min(pause * 2, settings_.max_pause);
  }
}

/// Waits for the socket or the deadline; false when neither is to be waited for any more, because stop() was called.
bool Listener::waitForSocket(const pg_conn* handle, short events, SteadyClock::time_point deadline) const {
  pollfd entries[2] = {{PQsocket(handle), events, 0}, {stop_fd_, POLLIN, 0}};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now()).count();
  ::poll(entries, 2, static_cast<int>(std::clamp<std::int64_t>(left, 0, 1 << 30)));
  return entries[1].revents == 0 && !stop_.stopped();
}

/// Null when stopped on the way. Throws when the server does not take the connection.
Listener::Handle Listener::connect() {
  const ConnectParameters parameters =
      connectParameters({settings_.url, settings_.application_name, settings_.connect_timeout});
  Handle handle(startConnecting(parameters));
  if (!handle) throw std::bad_alloc();
  PQsetNoticeReceiver(handle.get(), ignoreNotice, nullptr);
  const auto deadline = SteadyClock::now() + settings_.connect_timeout;
  for (auto step = PGRES_POLLING_WRITING; step != PGRES_POLLING_OK; step = PQconnectPoll(handle.get())) {
    if (step == PGRES_POLLING_FAILED || PQstatus(handle.get()) == CONNECTION_BAD) {
      throw std::runtime_error(trimmed(PQerrorMessage(handle.get())));
    }
    if (SteadyClock::now() >= deadline) throw std::runtime_error("no connection within connect_timeout");
    if (!waitForSocket(handle.get(), step == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline)) return nullptr;
  }
  return handle;
}

/// Sends one command and waits for its end without losing sight of stop(). False when the connection is of no use.
bool Listener::command(pg_conn* handle, const std::string& sql) const {
  if (!PQsendQuery(handle, sql.c_str())) return false;
  const auto deadline = SteadyClock::now() + settings_.connect_timeout;
  bool good = true;
  while (true) {
    while (PQisBusy(handle)) {
      if (SteadyClock::now() >= deadline || !waitForSocket(handle, POLLIN, deadline)) return false;
      if (!PQconsumeInput(handle)) return false;
    }
    const ResultPtr result(PQgetResult(handle));
    if (!result) return good && PQstatus(handle) == CONNECTION_OK;
    const ExecStatusType status = PQresultStatus(result.get());
    good &= status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY;
  }
}

bool Listener::listen(pg_conn* handle) const {
  std::string sql;
  for (const std::string& channel : settings_.channels) sql += "LISTEN " + quotedIdentifier(handle, channel) + ";";
  return command(handle, sql);
}

void Listener::receive(pg_conn* handle) {
  while (deliver(handle)) {
    const auto check_at = SteadyClock::now() + settings_.check_every;
    if (!waitForSocket(handle, POLLIN, check_at)) return;
    if (!PQconsumeInput(handle)) return;
    if (SteadyClock::now() >= check_at && !command(handle, "")) return;
  }
}

/// Passes on what has arrived. False when the connection has ended or stop() was called meanwhile.
bool Listener::deliver(pg_conn* handle) {
  while (const NotifyPtr note{PQnotifies(handle)}) {
    call("notify", [&] { on_notify_(note->relname, note->extra); });
    if (stop_.stopped()) return false;
  }
  return PQstatus(handle) == CONNECTION_OK;
}

void Listener::call(const char* what, const std::function<void()>& callback) const {
  if (!callback) return;
  try {
    callback();
  } catch (const std::exception& error) {
    log_.error("listener callback failed", {{"callback", what}, {"error", error.what()}});
  }
}

}  // namespace belfry::pg
