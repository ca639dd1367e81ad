// The private Redis. It holds hints and counters only (PostgreSQL decides), so an fsync a second is enough.
#pragma once

#include <chrono>
#include <filesystem>

#include "adapters/embedded/embedded_server.h"
#include "kit/log.h"

namespace belfry::embedded {

struct RedisSettings {
  std::filesystem::path data_dir;  ///< of the host, canonical; locked
  std::filesystem::path program;   ///< empty: detected
  RunUser user;                    ///< owns data_dir/redis
  std::chrono::milliseconds stop_timeout;
};

class RedisServer final : public EmbeddedServer {
 public:
  /// Throws EmbeddedError when the program is not installed.
  RedisServer(RedisSettings settings, Log& log);

  std::filesystem::path socket() const { return home_ / "redis.sock"; }

  std::string name() const override { return "Redis"; }
  ServerLog& log() override { return server_log_; }
  void prepare(const StopEvent& stop) override;
  ProgramSpec program() const override;
  bool answers() const override;
  std::vector<int> stopSignals() const override;
  void endStrays() override;

 private:
  const RedisSettings settings_;
  const std::filesystem::path home_;  // DIR/redis
  const std::filesystem::path program_;
  Log& log_;
  ServerLog server_log_;
};

}  // namespace belfry::embedded
