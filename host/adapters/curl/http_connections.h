// Which sockets libcurl holds for HTTP and which of these connections carry a request, for limits and metrics; and
// whether one that is to be used again is still there. libcurl looks at idle connections once a second, which is too
// seldom: what is sent on a dead one is lost without a trace of whether it arrived.
#pragma once

#include <curl/curl.h>

#include <atomic>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

#include "adapters/curl/http_lane.h"

namespace belfry::curl {

/// Belongs to the loop's thread, but for the counts.
class HttpConnections {
 public:
  /// The two ends of a connection: they name it.
  struct Ends {
    std::string remote_ip;
    int remote_port = 0;
    int local_port = 0;
    auto operator<=>(const Ends&) const = default;
  };

  /// Opens a socket for `lane`, which must outlive it. CURL_SOCKET_BAD when the kernel gives none.
  curl_socket_t open(const curl_sockaddr& address, HttpLane& lane);
  /// As CURLOPT_CLOSESOCKETFUNCTION, with CURLOPT_CLOSESOCKETDATA naming this.
  static int onClose(void* self, curl_socket_t fd);

  /// Whether the server has ended the connection, or, on a plain one without requests, said something unasked. With TLS
  /// it may: session tickets.
  bool isStale(const Ends& ends, bool tls) const;
  /// A request is about to leave on the connection, and has ended.
  void use(const Ends& ends);
  void release(const Ends& ends);

  /// What an answer on it has shown.
  void setHttp2(const Ends& ends) { uses_[ends].http2 = true; }
  bool isHttp2(const Ends& ends) const;

  /// Thread-safe.
  std::uint64_t opened() const noexcept { return opened_; }
  std::uint64_t connections() const noexcept { return open_count_; }
  std::uint64_t busy() const noexcept { return busy_count_; }

 private:
  struct Socket {
    HttpLane* lane;
    bool named = false;  // in uses_
  };
  struct Use {
    curl_socket_t fd = CURL_SOCKET_BAD;
    int requests = 0;
    bool http2 = false;
  };

  void forget(curl_socket_t fd);
  curl_socket_t unnamedWith(int local_port) const;

  std::unordered_map<curl_socket_t, Socket> open_;
  std::map<Ends, Use> uses_;
  std::atomic<std::uint64_t> opened_{0};
  std::atomic<std::uint64_t> open_count_{0};
  std::atomic<std::uint64_t> busy_count_{0};
};

}  // namespace belfry::curl
