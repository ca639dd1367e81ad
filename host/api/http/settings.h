// What can be set about the HTTP edge, and what it tells about itself.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "api/http/request_head.h"

namespace belfry {

/// One answered (or abandoned) exchange, reported when its response is handed to the connection.
struct CompletedExchange {
  std::string_view method;  ///< empty when the head could not be read
  std::string_view path;    ///< raw path, empty when the head could not be read
  std::string_view route;   ///< HttpResponse::route
  std::string_view request_id;
  std::string_view remote_address;
  int status;                          ///< as written; 101 for a socket handed over
  std::string_view refusal;            ///< reason of the edge's own refusal (Refusal::reason), else empty
  std::chrono::microseconds duration;  ///< from the complete head to the response
  std::size_t request_bytes;           ///< head and decoded body
  std::size_t response_bytes;          ///< head and body as written
};

/// Called on io threads, several at once: must not wait and must not throw. The views end with the call.
using CompletionHook = std::function<void(const CompletedExchange&)>;

struct HttpServerSettings {
  std::string address = "127.0.0.1";  ///< an IPv4 or IPv6 address; `::` also listens on IPv4
  std::uint16_t port = 8080;          ///< 0: any free port
  int io_threads = 2;                 ///< each runs its own event loop; 1 to 8
  int backlog = 4096;                 ///< the kernel caps it at net.core.somaxconn

  HeadLimits head;
  std::size_t max_body_bytes = 32 * 1024 * 1024;
  std::size_t max_buffered_bytes = 256 * 1024 * 1024;  ///< bodies of all requests being read or handled; beyond: 503
  std::size_t min_body_rate = 1024;                    ///< bytes per second on average, after body_idle_timeout

  std::chrono::milliseconds head_timeout{15'000};       ///< first to last byte of a head, else 408
  std::chrono::milliseconds body_idle_timeout{15'000};  ///< between two reads of a body, else 408
  std::chrono::milliseconds write_timeout{30'000};      ///< a peer that takes nothing of its response, then closed
  std::chrono::milliseconds idle_timeout{75'000};       ///< between two requests, then closed
  std::chrono::milliseconds linger_timeout{
      2'000};  ///< wait for the peer's close after a refusal, so that it can read it

  CompletionHook on_complete;
};

struct HttpServerStats {
  std::uint64_t connections_open = 0;
  std::uint64_t connections_accepted = 0;
  std::uint64_t requests = 0;            ///< handed to the handler
  std::uint64_t abandoned = 0;           ///< answered after the connection had gone
  std::map<int, std::uint64_t> refused;  ///< the edge's own refusals by status
};

}  // namespace belfry
