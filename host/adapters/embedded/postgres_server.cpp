#include "adapters/embedded/postgres_server.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>

#include "adapters/embedded/embedded_error.h"
#include "adapters/embedded/postgres_config.h"
#include "adapters/embedded/postgres_session.h"
#include "adapters/embedded/stray_processes.h"

namespace belfry::embedded {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr milliseconds kProbe{1000};
constexpr milliseconds kProvision{30'000};
constexpr const char* kSuperuser = "postgres";
constexpr const char* kSocketName = ".s.PGSQL.5432";

std::optional<std::string> firstLine(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  if (!std::getline(in, line)) return std::nullopt;
  return line;
}

pid_t pidInFile(const fs::path& file) {
  const auto line = firstLine(file);
  return line ? static_cast<pid_t>(std::atoi(line->c_str())) : 0;
}

/// RFC 3986: what is not unreserved is escaped, so that a path can stand in a URL's query.
std::string percentEncoded(const std::string& text) {
  std::string out;
  for (const unsigned char c : text) {
    const bool plain = (c < 0x80 && std::isalnum(c)) || c == '-' || c == '.' || c == '_' || c == '~';
    char code[4];
    std::snprintf(code, sizeof code, "%%%02X", c);
    plain ? out += static_cast<char>(c) : out += code;
  }
  return out;
}

/// A rename survives a power cut once its directory is flushed.
void flushDirectory(const fs::path& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  const bool done = fd >= 0 && ::fsync(fd) == 0;
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (!done) throw EmbeddedError(directory.string() + " cannot be flushed to disk: " + std::strerror(error));
}

}  // namespace

PostgresServer::PostgresServer(PostgresSettings settings, Log& log)
    : settings_(std::move(settings)),
      home_(settings_.data_dir / "postgres"),
      cluster_(home_ / "data"),
      programs_(findPostgres(settings_.bin_dir, firstLine(cluster_ / "PG_VERSION"))),
      log_(log),
      server_log_(settings_.data_dir / "logs" / "postgres.log") {}

std::string PostgresServer::url() const {
  return "postgresql://belfry@/belfry?host=" + percentEncoded(home_.string()) + "&port=5432";
}

void PostgresServer::prepare(const StopEvent& stop) {
  endStrays();
  if (const auto left = processesIn(cluster_, programs_.postgres.filename()); !left.empty())
    throw EmbeddedError("process " + std::to_string(left.front()) + " of a former PostgreSQL still uses " +
                        cluster_.string() + " and could not be ended: end it by hand");
  removeMisleadingPidFile();
  writePostgresConfig(settings_.data_dir / "etc");
  if (!fs::exists(cluster_ / "PG_VERSION")) createCluster(stop);
}

ProgramSpec PostgresServer::program() const {
  const auto etc = settings_.data_dir / "etc";
  return {.program = programs_.postgres,
          .args = {"-D", cluster_, "-c", "config_file=" + (etc / "postgresql.conf").string(), "-c",
                   "hba_file=" + (etc / "pg_hba.conf").string(), "-c", "listen_addresses=", "-c", "port=5432", "-c",
                   "unix_socket_directories=" + home_.string(), "-c", "unix_socket_permissions=0700", "-c",
                   "logging_collector=off", "-c", "log_destination=stderr"},
          .user = settings_.user,
          .parent_death_signal = SIGINT};
}

bool PostgresServer::answers() const {
  return PostgresSession::open(home_ / kSocketName, kSuperuser, "postgres", kProbe).ok();
}

void PostgresServer::provision() {
  auto session = PostgresSession::open(home_ / kSocketName, kSuperuser, "postgres", kProvision);
  if (!session) throw EmbeddedError("PostgreSQL does not let the supervisor in: " + session.error());
  const auto run = [&](const std::string& statement) {
    auto rows = session->query(statement);
    if (!rows) throw EmbeddedError("PostgreSQL, asked for \"" + statement + "\": " + rows.error());
    return std::move(*rows);
  };
  if (run("SELECT 1 FROM pg_roles WHERE rolname = 'belfry'").empty()) run("CREATE ROLE belfry LOGIN CREATEROLE");
  if (run("SELECT 1 FROM pg_database WHERE datname = 'belfry'").empty()) run("CREATE DATABASE belfry OWNER belfry");
}

// Both come from a former postmaster that is just going; its strays are ended before the next try.
bool PostgresServer::isPassing(const std::string& log) const {
  return log.find("already exists") != log.npos || log.find("is still in use") != log.npos;
}

std::vector<int> PostgresServer::stopSignals() const { return {SIGINT, SIGQUIT}; }

void PostgresServer::endStrays() {
  const pid_t postmaster = pidInFile(cluster_ / "postmaster.pid");
  const std::string program = programs_.postgres.filename();
  // Without a postmaster, SIGINT would only cancel the backends' statements.
  const auto standing = processesIn(cluster_, program);
  const bool led = std::find(standing.begin(), standing.end(), postmaster) != standing.end();
  auto count = endProcessesIn(cluster_, program, postmaster, led ? SIGINT : SIGQUIT, settings_.stop_timeout);
  count += endProcessesIn(home_ / "data.new", program, 0, SIGKILL, settings_.stop_timeout);
  if (count) log_.warn("processes of a former PostgreSQL ended", {{"count", count}, {"directory", cluster_.string()}});
}

void PostgresServer::removeMisleadingPidFile() const {
  const auto file = cluster_ / "postmaster.pid";
  const pid_t pid = pidInFile(file);
  if (pid <= 0 || (::kill(pid, 0) != 0 && errno == ESRCH)) return;  // PostgreSQL itself sees that this one is stale
  std::error_code failed;
  fs::remove(file, failed);
  fs::remove(home_ / (std::string(kSocketName) + ".lock"), failed);
  log_.warn("stale postmaster.pid removed", {{"file", file.string()}, {"pid", pid}});
}

void PostgresServer::createCluster(const StopEvent& stop) {
  std::error_code absent;
  if (fs::exists(cluster_) && !fs::is_empty(cluster_, absent))
    throw EmbeddedError(
        "directory " + cluster_.string() +
        " is neither empty nor a PostgreSQL cluster (it has no PG_VERSION): restore it, or move it away");
  log_.info("creating the PostgreSQL cluster", {{"directory", cluster_.string()}, {"user", settings_.user.name}});
  runInitdb(stop);
  if (stop.isSet()) return;
  if (::rename((home_ / "data.new").c_str(), cluster_.c_str()) != 0)
    throw EmbeddedError(cluster_.string() + " cannot be made: " + std::strerror(errno));
  flushDirectory(home_);
}

void PostgresServer::runInitdb(const StopEvent& stop) {
  const auto unfinished = home_ / "data.new";
  ServerLog log(settings_.data_dir / "logs" / "initdb.log");
  const auto run = [&](const fs::path& program, std::vector<std::string> args) {
    if (!stop.isSet()) runToEnd({.program = program, .args = std::move(args), .user = settings_.user}, log, stop);
  };
  // By the user's own hand: root removes nothing recursively in a directory that another user can change.
  if (fs::exists(unfinished)) run("/bin/rm", {"-rf", unfinished});
  run(programs_.initdb,
      {"-D", unfinished, "--no-sync", "--no-instructions", "--data-checksums", "--auth=trust", "--encoding=UTF8",
       "--locale=C.UTF-8", "--lc-collate=C", std::string("--username=") + kSuperuser});
  // Flushed once at the end, and only these files: syncfs(2) would wait for a build's gigabytes on the same disk.
  run(programs_.initdb, {"-D", unfinished, "--sync-only"});
}

void PostgresServer::runToEnd(const ProgramSpec& spec, ServerLog& log, const StopEvent& stop) const {
  auto started = spec;
  started.output_fd = log.open();
  started.parent_death_signal = SIGKILL;
  std::optional<ChildProgram> child;
  try {
    child.emplace(started);
  } catch (...) {
    ::close(started.output_fd);
    throw;
  }
  ::close(started.output_fd);
  const auto waited = child->waitForEnd(settings_.initdb_timeout, stop);
  if (waited == Waited::stopRequested || (waited == Waited::ended && child->succeeded())) return;
  const auto how = waited == Waited::ended ? child->howItEnded() : "no end within its time limit";
  throw EmbeddedError(spec.program.filename().string() + " failed (" + how + "): " + log.complaint() +
                      "; its log: " + log.file().string());
}

}  // namespace belfry::embedded
