// The embedded profile: a private PostgreSQL and a private Redis, run as children of the host.
//
// What lies in the data directory:
//
//   DIR/                      0711: the servers' users pass through, nobody lists it; secrets in it are 0600
//   DIR/belfryd.lock          flock of the host that uses the directory, with its process id
//   DIR/etc/postgresql.conf   written on the first run, the operator's to edit from then on
//   DIR/etc/pg_hba.conf       written on every start (the reasoning is in postgres_config.cpp)
//   DIR/logs/                 postgres.log, redis.log, initdb.log
//   DIR/postgres/             0700, PostgreSQL's user: data/ (the cluster), data.new/ (an unfinished one), the socket
//   DIR/redis/                0700, Redis' user: the append-only file and redis.sock
//
// Each server has a keeper: one thread that forks it, waits for it and restarts it (server_keeper.h). The servers are
// told to end when that thread dies (PR_SET_PDEATHSIG), so a `kill -9` of the host ends them as well; what they left
// half-done is put right by the next start (postgres_server.cpp, stray_processes.h).
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "adapters/embedded/embedded_error.h"
#include "kit/log.h"

namespace belfry {

namespace embedded {
class DataDirectory;
class EmbeddedServer;
class PostgresServer;
class RedisServer;
class ServerKeeper;
class StopEvent;
}  // namespace embedded

struct EmbeddedSettings {
  std::filesystem::path data_dir;          ///< made when absent; at most 84 bytes, since sockets lie in it
  std::filesystem::path pg_bin_dir;        ///< holds initdb and postgres; empty: /usr/lib/postgresql/*/bin, then PATH
  std::filesystem::path redis_server;      ///< the program; empty: looked up in PATH
  std::string postgres_user = "postgres";  ///< who PostgreSQL runs as when the host runs as root
  std::string redis_user = "redis";        ///< as above; without such a user Redis runs as postgres_user
  std::chrono::milliseconds start_timeout{60'000};  ///< for each server to answer, crash recovery included
  std::chrono::milliseconds stop_timeout{20'000};   ///< for each server to end by itself before it is killed
};

struct EmbeddedEndpoints {
  /// libpq URL over the unix socket: database `belfry` as role `belfry`, who owns it and has CREATEROLE, but is no
  /// superuser.
  std::string database_url;
  /// Path of Redis' unix socket. No password, database 0.
  std::filesystem::path redis_socket;
};

/// Owns the two servers: they run from start() to stop() or the destructor.
class EmbeddedServices {
 public:
  EmbeddedServices(EmbeddedSettings settings, Log& log);
  ~EmbeddedServices();
  EmbeddedServices(const EmbeddedServices&) = delete;
  EmbeddedServices& operator=(const EmbeddedServices&) = delete;

  /// Locks the data directory, makes what is missing in it, starts both servers and returns when both answer.
  /// Throws EmbeddedError; nothing runs and nothing is locked then. To be called once.
  EmbeddedEndpoints start();

  /// Ends both servers, each with its clean shutdown first, and unlocks the data directory. Nothing of them runs
  /// afterwards. May be called more than once, and from another thread while start() waits (which then throws).
  void stop();

 private:
  EmbeddedEndpoints launch();
  std::unique_ptr<embedded::PostgresServer> makePostgres();
  std::unique_ptr<embedded::RedisServer> makeRedis();
  void keep(std::unique_ptr<embedded::EmbeddedServer> server);

  const EmbeddedSettings settings_;
  Log& log_;
  std::unique_ptr<embedded::StopEvent> stop_;
  std::mutex mutex_;  // guards what follows
  std::unique_ptr<embedded::DataDirectory> directory_;
  std::vector<std::unique_ptr<embedded::ServerKeeper>> keepers_;
};

}  // namespace belfry
