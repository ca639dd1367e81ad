// A RunningHost whose servers can be killed too, in any order, and whose database can be asked what became of what.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "support/running_host.h"
#include "support/test_services.h"

namespace belfry::test {

/// Retries soon and often, and `lease` is how long a claim outlives its host.
HostOptions faultOptions(const std::map<std::string, std::uint16_t>& smtp_port_of_tenant,
                         std::chrono::milliseconds lease);

class HostUnderFault : public RunningHost {
 public:
  using RunningHost::RunningHost;

  /// Starts the stopped host on the same data with other options.
  void restartWith(HostOptions options);
  /// As if none had ever been sent.
  void forgetNotifications() const;

  /// kill -9 of the servers that the host runs now: of the postmaster alone, or with every backend; of Redis.
  void killPostmaster() const;
  void killPostgres() const;
  void killRedis() const;
  pid_t postmaster() const;  ///< 0 when there is none
  pid_t redis() const;       ///< 0 when there is none

  /// As superuser, so that it sees through row-level security. Throws std::runtime_error while PostgreSQL is away.
  std::vector<SqlRow> sql(const std::string& statement) const;
  /// The first column of the only row as a number; -1 while PostgreSQL is away.
  long count(const std::string& statement) const;
  [[nodiscard]] bool waitForCount(long wanted, const std::string& statement, std::chrono::milliseconds limit) const;
  /// No live delivery is left.
  [[nodiscard]] bool waitForNoWork(std::chrono::milliseconds limit) const;

 private:
  std::vector<pid_t> backends() const;
};

/// While it lives, a PostgreSQL that is killed does not come back.
class PostgresAway {
 public:
  explicit PostgresAway(const HostUnderFault& host);
  ~PostgresAway();
  PostgresAway(const PostgresAway&) = delete;
  PostgresAway& operator=(const PostgresAway&) = delete;

 private:
  std::filesystem::path config_;
  std::uintmax_t size_;
};

}  // namespace belfry::test
