// The private PostgreSQL.
//
// First run: initdb into DIR/postgres/data.new, flushed to disk at the end, then renamed to data. A host that is
// killed in between leaves a data.new, which the next start throws away: `data` is complete or absent.
//
// After a `kill -9` of the host: its postmaster got SIGINT by PR_SET_PDEATHSIG. SIGINT (fast shutdown) rather than
// SIGQUIT, which would be quicker for the dying but leave crash recovery, which first flushes every file of the
// cluster, to the next start. That start may come while the old postmaster still shuts down; it is found by its working
// directory and waited for, then sent SIGQUIT and SIGKILL. A killed postmaster may leave backends in the middle of a
// statement, which hold the shared memory; they are ended, too. A postmaster.pid whose number now belongs to another
// program (common in containers, where numbers start low) would keep PostgreSQL from starting and is removed.
#pragma once

#include <chrono>
#include <filesystem>

#include "adapters/embedded/embedded_server.h"
#include "adapters/embedded/program_path.h"
#include "kit/log.h"

namespace belfry::embedded {

struct PostgresSettings {
  std::filesystem::path data_dir;  ///< of the host, canonical; locked
  std::filesystem::path bin_dir;   ///< empty: detected
  RunUser user;                    ///< owns data_dir/postgres
  std::chrono::milliseconds initdb_timeout;
  std::chrono::milliseconds stop_timeout;
};

class PostgresServer final : public EmbeddedServer {
 public:
  /// Throws EmbeddedError when the programs are not installed.
  PostgresServer(PostgresSettings settings, Log& log);

  /// Role and database are both `belfry`.
  std::string url() const;

  std::string name() const override { return "PostgreSQL"; }
  ServerLog& log() override { return server_log_; }
  void prepare(const StopEvent& stop) override;
  ProgramSpec program() const override;
  bool answers() const override;
  void provision() override;
  bool isPassing(const std::string& log) const override;
  std::vector<int> stopSignals() const override;
  void endStrays() override;

 private:
  void removeMisleadingPidFile() const;
  void createCluster(const StopEvent& stop);
  void runInitdb(const StopEvent& stop);
  void runToEnd(const ProgramSpec& spec, ServerLog& log, const StopEvent& stop) const;

  const PostgresSettings settings_;
  const std::filesystem::path home_;     // DIR/postgres, with the socket
  const std::filesystem::path cluster_;  // DIR/postgres/data
  const PostgresPrograms programs_;
  Log& log_;
  ServerLog server_log_;
};

}  // namespace belfry::embedded
