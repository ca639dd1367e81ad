// What an operator may set about exchanges (section `exchange` of the configuration). There is no setting that skips
// verification.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace belfry::curl {

struct CurlExchangeSettings {
  std::vector<std::string> resolve;                   ///< `host:port:address`, as curl's --resolve; IPv6 in brackets
  std::string ca_file;                                ///< PEM file trusted in addition to the system's; empty: none
  std::vector<std::string> allow_private_hosts;       ///< `host:port` that may resolve to private addresses
  std::chrono::milliseconds connect_timeout{10'000};  ///< TCP, TLS and, with SMTP, until logged in; 1 ms to 10 min
  std::chrono::milliseconds timeout{60'000};          ///< a whole exchange, 1 ms to 1 h
  std::size_t max_connections_per_host = 256;         ///< HTTP: for each host, port, TLS mode and pool_scope; 1 to 1000
  std::size_t max_smtp_connections_per_host = 50;     ///< SMTP: and user; 1 to 1000
  std::chrono::milliseconds idle_connection{30'000};  ///< a pooled connection unused that long is closed
};

/// Of so many connections to one place, how many only urgent exchanges may use.
constexpr std::size_t keptForUrgent(std::size_t max_connections) { return max_connections / 16; }

/// Throws std::invalid_argument naming key, value and what is allowed. Reads `ca_file`.
void validate(const CurlExchangeSettings& settings);

}  // namespace belfry::curl
