// The one way out: every byte to a provider goes through this port, so that TLS, deadlines, egress rules, pooling and
// the rule "never repeat what may have delivered" have one place.
//
// Asynchronous: thousands may be in flight on one thread. Each protocol is one overload of start() with plain values in
// and out; a caller that handles several holds them in a variant and visits.
#pragma once

#include <cstdint>
#include <functional>

#include "ports/http_exchange.h"
#include "ports/smtp_exchange.h"

namespace belfry {

/// Names one started exchange; never reused within a process.
struct ExchangeHandle {
  std::uint64_t id = 0;
  bool operator==(const ExchangeHandle&) const = default;
};

class Exchange {
 public:
  using SmtpDone = std::function<void(SmtpResult)>;
  using HttpDone = std::function<void(HttpResult)>;

  virtual ~Exchange() = default;

  /// Begins a transaction and returns at once. `done` is called exactly once, later, on the exchange's loop thread: it
  /// must not block and must not throw; it may start() and cancel(). After the exchange was stopped it is called before
  /// start() returns, on the caller's thread, with not_sent and `cancelled`. Thread-safe.
  virtual ExchangeHandle start(SmtpExchange request, SmtpDone done) = 0;
  /// Sends a request and reads its answer; `done` and threads as for SMTP. Handles of both protocols are one series.
  virtual ExchangeHandle start(HttpExchange request, HttpDone done) = 0;

  /// Asks for an early end: `done` comes with `cancelled` and the fate as far as the exchange had got, or with what was
  /// already decided. A handle that is finished or unknown is ignored. Returns at once. Thread-safe.
  virtual void cancel(ExchangeHandle handle) = 0;
};

}  // namespace belfry
