#include "adapters/embedded/redis_server.h"

#include <signal.h>

#include "adapters/embedded/program_path.h"
#include "adapters/embedded/stray_processes.h"
#include "adapters/embedded/unix_socket.h"

namespace belfry::embedded {

RedisServer::RedisServer(RedisSettings settings, Log& log)
    : settings_(std::move(settings)),
      home_(settings_.data_dir / "redis"),
      program_(findRedis(settings_.program)),
      log_(log),
      server_log_(settings_.data_dir / "logs" / "redis.log") {}

// A stale redis.sock needs no care: Redis replaces it, and answers() asks for a real reply.
void RedisServer::prepare(const StopEvent&) { endStrays(); }

ProgramSpec RedisServer::program() const {
  return {.program = program_,
          .args = {"--port",
                   "0",
                   "--unixsocket",
                   socket(),
                   "--unixsocketperm",
                   "700",
                   "--dir",
                   home_,
                   "--daemonize",
                   "no",
                   "--logfile",
                   "",
                   "--appendonly",
                   "yes",
                   "--appendfsync",
                   "everysec",
                   "--save",
                   "",
                   "--maxmemory-policy",
                   "noeviction",
                   "--always-show-logo",
                   "no"},
          .user = settings_.user,
          .parent_death_signal = SIGTERM};
}

bool RedisServer::answers() const {
  auto connection = UnixSocket::connect(socket(), std::chrono::seconds(1));
  return connection && connection->sendAll("PING\r\n") && connection->receive(7) == "+PONG\r\n";
}

// SIGTERM is a clean shutdown: the append-only file is flushed first.
std::vector<int> RedisServer::stopSignals() const { return {SIGTERM}; }

void RedisServer::endStrays() {
  const auto count = endProcessesIn(home_, program_.filename(), 0, SIGTERM, settings_.stop_timeout);
  if (count) log_.warn("processes of a former Redis ended", {{"count", count}, {"directory", home_.string()}});
}

}  // namespace belfry::embedded
