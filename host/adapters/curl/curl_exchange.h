// The exchange port on libcurl: one thread named `exchange`, one epoll loop, one multi handle.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "adapters/curl/curl_exchange_settings.h"
#include "kit/log.h"
#include "ports/exchange.h"

namespace belfry::curl {

/// Thread-safe but for drain() and destruction, which one thread does once.
class CurlExchange final : public Exchange {
 public:
  /// A snapshot for metrics.
  struct Stats {
    std::uint64_t in_flight = 0;    ///< started and not finished
    std::uint64_t connections = 0;  ///< open or being opened
    std::uint64_t idle = 0;         ///< of these, waiting in the pool
    std::uint64_t opened = 0;       ///< connections begun since the start
    std::uint64_t reused = 0;       ///< exchanges finished on a pooled connection since the start
  };

  /// Starts the thread. Throws std::invalid_argument for settings that validate() refuses.
  CurlExchange(const Log& log, CurlExchangeSettings settings);
  /// drain() with no time.
  ~CurlExchange() override;

  ExchangeHandle start(SmtpExchange request, SmtpDone done) override;
  ExchangeHandle start(HttpExchange request, HttpDone done) override;
  void cancel(ExchangeHandle handle) override;

  /// Refuses new exchanges, waits for those under way until `deadline`, cancels the rest (each `done` is called),
  /// closes pooled connections and joins the thread. Not from a callback. A second call returns at once.
  void drain(std::chrono::steady_clock::time_point deadline);

  Stats stats() const;

 private:
  struct State;
  template <class Client, class Request, class Plan, class Done>
  ExchangeHandle order(Client& client, Request request, Plan (*plan)(Request&), Done done);
  std::unique_ptr<State> state_;
};

}  // namespace belfry::curl
