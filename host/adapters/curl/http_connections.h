// Which sockets libcurl holds for HTTP and which of these connections carry a request, for limits and metrics.
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

  void use(const Ends& ends) { busy_count_ = (++busy_[ends], busy_.size()); }
  void release(const Ends& ends);

  /// Thread-safe.
  std::uint64_t opened() const noexcept { return opened_; }
  std::uint64_t connections() const noexcept { return open_count_; }
  std::uint64_t busy() const noexcept { return busy_count_; }

 private:
  std::unordered_map<curl_socket_t, HttpLane*> open_;
  std::map<Ends, int> busy_;  // how many requests each carries
  std::atomic<std::uint64_t> opened_{0};
  std::atomic<std::uint64_t> open_count_{0};
  std::atomic<std::uint64_t> busy_count_{0};
};

}  // namespace belfry::curl
