// One connection to Redis: opened when needed, given up at the first trouble, tried again after a pause that grows.
//
// Poco's client neither reconnects nor survives a failure, so each connection is one Poco client, and scripts are
// loaded anew with it. Nothing here throws. Thread-safe: one call at a time, the others wait for it, at most its
// time-out.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "kit/log.h"

namespace Poco::Redis {
class Array;
class Client;
}  // namespace Poco::Redis

namespace belfry::redis {

struct RedisClientSettings {
  /// redis://[user:password@]host[:port][/database] or unix:///path[?database=N]
  std::string url;
  std::chrono::milliseconds timeout{250};     ///< for connecting and for each answer
  std::chrono::milliseconds min_pause{100};   ///< before connecting again; doubles
  std::chrono::milliseconds max_pause{2000};  ///< between tries
};

class RedisClient {
 public:
  /// Looks at the URL and connects to nothing. Throws std::invalid_argument for a URL that is none of the above.
  RedisClient(RedisClientSettings settings, const Log& log);
  ~RedisClient();
  RedisClient(const RedisClient&) = delete;
  RedisClient& operator=(const RedisClient&) = delete;

  /// False after a failure until the pause is over: then a call tries again.
  bool reachable() const noexcept;
  /// How many connections there have been. One more than before: what was written may be lost.
  std::uint64_t connections() const noexcept { return connections_.load(); }

  /// Runs a script; `read` gets its answer. False when it could not be run, or its answer not be read.
  bool run(const char* script, const std::vector<std::string>& arguments,
           const std::function<void(const Poco::Redis::Array& answer)>& read = {});
  /// SET key value NX. True when it was set by this call.
  bool setOnce(const std::string& key, const std::string& value);

 private:
  struct Address;

  bool attempt(const std::function<void()>& body);
  void connect();
  std::string load(const char* script);
  void fail(const std::string& reason);

  const RedisClientSettings settings_;
  const Log& log_;
  const std::unique_ptr<const Address> address_;
  std::atomic<std::uint64_t> connections_{0};
  std::atomic<std::chrono::steady_clock::time_point> next_try_{};
  std::mutex mutex_;
  std::unique_ptr<Poco::Redis::Client> client_;          // guarded by mutex_
  std::unordered_map<const char*, std::string> hashes_;  // guarded by mutex_: of the scripts loaded on this connection
  std::chrono::milliseconds pause_{0};                   // guarded by mutex_
};

}  // namespace belfry::redis
