// What is known after an exchange with a provider, of whatever protocol. Ambiguity is first class: an exchange that may
// have delivered is never repeated by the host and never reported as not sent.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kit/uuid.h"

namespace belfry {

/// What happened to the thing that was to be delivered.
enum class ExchangeFate {
  done,       ///< the provider answered definitely, for or against; its replies decide
  not_sent,   ///< nothing that could deliver has left: a repeat is safe
  maybe_sent  ///< everything may have arrived and no answer came: a repeat may deliver twice
};

/// Why there is no definite answer (`none` when there is one).
enum class ExchangeError {
  none,
  invalid,          ///< the request itself cannot be sent (bad address, CR or LF in a field, bare LF in the message)
  egress_refused,   ///< host not on the allow-list, or it resolved to an address that is not allowed
  dns,              ///< the host name did not resolve
  connect,          ///< no connection
  tls,              ///< handshake failed or certificate not valid for the host
  tls_not_offered,  ///< TLS is required and the server did not offer or refused it
  auth,             ///< credentials refused (5xx), or the server offers no AUTH the host can use
  refused,          ///< the server answered 4xx or 5xx before the transaction; the reply is in the result
  unsupported,      ///< the server lacks what the message needs (SMTPUTF8, 8BITMIME, SIZE)
  protocol,         ///< the server said something that is no answer
  connection_lost,  ///< the connection ended in the middle
  timeout,          ///< the deadline passed
  cancelled         ///< by cancel() or because the host stops
};

/// `maybe_sent`, `tls_not_offered`, …: stable, used in logs, events and metrics.
constexpr std::string_view toText(ExchangeFate fate) noexcept {
  switch (fate) {
    case ExchangeFate::done: return "done";
    case ExchangeFate::not_sent: return "not_sent";
    case ExchangeFate::maybe_sent: return "maybe_sent";
  }
  return "unknown";
}

constexpr std::string_view toText(ExchangeError error) noexcept {
  switch (error) {
    case ExchangeError::none: return "none";
    case ExchangeError::invalid: return "invalid";
    case ExchangeError::egress_refused: return "egress_refused";
    case ExchangeError::dns: return "dns";
    case ExchangeError::connect: return "connect";
    case ExchangeError::tls: return "tls";
    case ExchangeError::tls_not_offered: return "tls_not_offered";
    case ExchangeError::auth: return "auth";
    case ExchangeError::refused: return "refused";
    case ExchangeError::unsupported: return "unsupported";
    case ExchangeError::protocol: return "protocol";
    case ExchangeError::connection_lost: return "connection_lost";
    case ExchangeError::timeout: return "timeout";
    case ExchangeError::cancelled: return "cancelled";
  }
  return "unknown";
}

struct ExchangeOutcome {
  ExchangeFate fate = ExchangeFate::not_sent;
  ExchangeError error = ExchangeError::none;
  std::string detail;  ///< for operators: names host, address, step and reason; never a secret
};

/// Whom an exchange is for; appears in logs only.
struct ExchangeTrace {
  Uuid delivery;  ///< nil: for none
  std::int32_t attempt = 0;

  /// Empty for none.
  std::string deliveryText() const { return delivery.isNil() ? std::string() : delivery.toString(); }
};

}  // namespace belfry
