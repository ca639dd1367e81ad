// What one pool scope (a tenant's provider instance) has to itself: libcurl's cache of connections and TLS sessions, by
// a share handle, and a lane for each origin. All transfers run on one multi handle and one thread, so the share needs
// no locks; DNS results stay the multi handle's. Rejected: a multi handle for each scope (a timer and a wake-up each),
// and telling connections apart by an option that does not matter (none exists for plain and TLS connections alike).
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "adapters/curl/event_loop.h"
#include "adapters/curl/http_lane.h"

namespace belfry::curl {

/// Belongs to the loop's thread. No easy handle may use the share when this is destroyed.
class HttpScope {
 public:
  /// Throws std::runtime_error when libcurl gives no share.
  HttpScope(EventLoop& loop, std::size_t max_connections);
  /// Closes its connections.
  ~HttpScope();
  HttpScope(const HttpScope&) = delete;
  HttpScope& operator=(const HttpScope&) = delete;

  CURLSH* share() const noexcept { return share_; }
  HttpLane& lane(bool tls, const std::string& host, std::uint16_t port);

 private:
  EventLoop& loop_;
  const std::size_t max_connections_;
  std::map<std::tuple<bool, std::string, std::uint16_t>, HttpLane> lanes_;
  CURLSH* share_;
};

/// The scopes that have work or idle connections.
class HttpScopes {
 public:
  HttpScopes(EventLoop& loop, std::size_t max_connections, std::chrono::milliseconds idle)
      : loop_(loop), max_connections_(max_connections), idle_(idle) {}

  /// The scope of that name; each enter() is ended by leave(). Valid until then.
  HttpScope& enter(const std::string& name);
  /// After the last one the scope is kept as long as a connection may idle.
  void leave(const std::string& name);
  /// Drops all scopes that nobody is in.
  void closeIdle();

 private:
  struct Entry {
    std::unique_ptr<HttpScope> scope;
    std::size_t users = 0;
    EventLoop::Timer expiry;  // set when users is 0
  };

  EventLoop& loop_;
  const std::size_t max_connections_;
  const std::chrono::milliseconds idle_;
  std::map<std::string, Entry> entries_;
};

}  // namespace belfry::curl
