// One HTTP request to a provider as plain values, and what came back.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ports/exchange_outcome.h"
#include "ports/host_list.h"

namespace belfry {

/// Ordered; a name may stand several times.
using HeaderFields = std::vector<std::pair<std::string, std::string>>;

/// A request, complete with its secrets and signatures: nothing is added to it on the wire but Host, Content-Length and
/// User-Agent where they are absent. Never repeated by the host, redirects are answers and not followed.
struct HttpExchange {
  std::string method;  ///< GET, POST, PUT, PATCH, DELETE
  /// Absolute. `https`; `http` only towards hosts that the setting `exchange.allow_private_hosts` names.
  std::string url;
  HeaderFields headers;  ///< names and values that RFC 9110 §5 allows; others end the exchange as `invalid`
  std::string body;
  /// It may deliver: once its head may have left, an end without an answer is `maybe_sent`. Otherwise a repeat is
  /// harmless and such an end is `not_sent`.
  bool commits = true;
  std::size_t max_response =
      1u << 20;  ///< bytes of body kept; the rest is read and dropped, HttpReply::truncated says so
  /// The whole exchange ends here at the latest, waiting for a connection included; the setting `timeout` may be
  /// nearer.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  /// Looked at once more when the connection is there: after this nothing leaves, and the end is `not_sent`.
  std::chrono::steady_clock::time_point begin_by = std::chrono::steady_clock::time_point::max();
  /// Where this exchange may go: `host`, `host:port` or `*.domain`. Empty allows nothing.
  HostList allowed_hosts;
  std::string pool_scope;  ///< connections are shared only within one scope, e.g. tenant and provider instance
  /// Begins before what waits for its turn or for a connection to the same place; a sixteenth of the connections is
  /// kept for such (HTTP/2 keeps none: an exchange is a stream).
  bool urgent = false;
  ExchangeTrace trace;
};

struct HttpReply {
  int status = 0;        ///< 100 to 599
  HeaderFields headers;  ///< names in lower case, in the order they came
  std::string body;
  bool truncated = false;

  /// The first value of a header, by its lower-case name; nullptr when absent.
  const std::string* header(std::string_view name) const noexcept {
    for (const auto& [key, value] : headers)
      if (key == name) return &value;
    return nullptr;
  }
};

struct HttpResult {
  ExchangeOutcome outcome;         ///< `done` exactly when `reply` is there
  std::optional<HttpReply> reply;  ///< a whole answer: final status, headers and body
  int http_version = 0;            ///< 10, 11 or 20; 0 when none was spoken
  bool connection_reused = false;
  std::string remote_ip;  ///< empty when never connected
};

}  // namespace belfry
