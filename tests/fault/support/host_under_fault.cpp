#include "fault/support/host_under_fault.h"

#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>

#include "adapters/embedded/stray_processes.h"
#include "support/wait_until.h"

namespace belfry::test {
HostOptions faultOptions(const std::map<std::string, std::uint16_t>& smtp_port_of_tenant,
                         std::chrono::milliseconds lease) {
  HostOptions options;
  std::string relays;
  for (const auto& [tenant, port] : smtp_port_of_tenant) {
    options.tenant_files[tenant] = smtpTenant(tenant, port);
    relays += (relays.empty() ? "" : ",") + ("127.0.0.1:" + std::to_string(port));
  }
  options.set = {"exchange.allow_private_hosts=[" + relays + "]",
                 "worker.lease_ms=" + std::to_string(lease.count()),
                 "retry.email.base_ms=100",
                 "retry.email.factor=1.5",
                 "retry.email.cap_ms=1000",
                 "retry.email.attempts=100"};
  return options;
}

void HostUnderFault::restartWith(HostOptions other) {
  for (const auto& [slug, yaml] : other.tenant_files) writeTenant(slug, yaml);
  options() = std::move(other);
  start();
}

/// The host's loops go on meanwhile and may hold one of these tables while they want another.
void HostUnderFault::forgetNotifications() const {
  for (;;) {
    try {
      sql("TRUNCATE belfry.work, belfry.notifications, belfry.deliveries, belfry.delivery_events, belfry.outbox,"
          " belfry.feed, belfry.idempotency_keys");
      return;
    } catch (const std::exception& error) {
      if (std::string_view(error.what()).find("deadlock detected") == std::string_view::npos) throw;
    }
  }
}

void HostUnderFault::killPostmaster() const {
  if (postmaster() > 0) ::kill(postmaster(), SIGKILL);
}

void HostUnderFault::killPostgres() const {
  killPostmaster();
  for (pid_t pid : backends()) ::kill(pid, SIGKILL);
}

void HostUnderFault::killRedis() const {
  if (redis() > 0) ::kill(redis(), SIGKILL);
}

pid_t HostUnderFault::postmaster() const {
  return std::atoi(readFile(dataDirectory() / "postgres/data/postmaster.pid").c_str());
}

pid_t HostUnderFault::redis() const {
  const auto found = embedded::processesIn(dataDirectory() / "redis", "redis-server");
  return found.empty() ? 0 : found.front();
}

std::vector<pid_t> HostUnderFault::backends() const {
  return embedded::processesIn(dataDirectory() / "postgres/data", "postgres");
}

std::vector<SqlRow> HostUnderFault::sql(const std::string& statement) const {
  return runSql(superuserUrl() + "&connect_timeout=5", statement);
}

long HostUnderFault::count(const std::string& statement) const {
  try {
    return std::atol(sql(statement).at(0).at(0).c_str());
  } catch (const std::runtime_error&) {
    return -1;
  }
}

bool HostUnderFault::waitForCount(long wanted, const std::string& statement, std::chrono::milliseconds limit) const {
  return waitUntil(limit, [&] { return count(statement) == wanted; });
}

bool HostUnderFault::waitForNoWork(std::chrono::milliseconds limit) const {
  return waitForCount(0, "SELECT count(*) FROM belfry.work", limit);
}

PostgresAway::PostgresAway(const HostUnderFault& host)
    : config_(host.dataDirectory() / "etc/postgresql.conf"), size_(std::filesystem::file_size(config_)) {
  std::ofstream(config_, std::ios::app) << "\nmax_connections = 'no number, so that it does not start'\n";
}

PostgresAway::~PostgresAway() { std::filesystem::resize_file(config_, size_); }

}  // namespace belfry::test
