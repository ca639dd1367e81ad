// All HTTP exchanges that are under way: admits them (egress allow-list, plain HTTP, deadline), runs them, reports
// them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "adapters/curl/curl_exchange_settings.h"
#include "adapters/curl/curl_multi.h"
#include "adapters/curl/egress_guard.h"
#include "adapters/curl/event_loop.h"
#include "adapters/curl/http_plan.h"
#include "adapters/curl/http_transfer.h"
#include "kit/log.h"
#include "kit/result.h"
#include "ports/exchange.h"

namespace belfry::curl {

/// Belongs to the loop's thread.
class HttpClient {
 public:
  /// What start() leaves to the loop: the request without its body, which is in the plan.
  struct Order {
    std::uint64_t id;
    HttpExchange request;
    Result<HttpPlan, std::string> plan;
    Exchange::HttpDone done;
  };

  HttpClient(EventLoop& loop, CurlMulti& multi, const EgressGuard& guard, const CurlExchangeSettings& settings,
             const Log& log);

  void start(Order order);
  void cancel(std::uint64_t id, const std::string& why);
  void cancelAll(const std::string& why);
  void closeIdle() { scopes_.closeIdle(); }

  /// For other threads: sockets held and begun, exchanges finished on a connection that was there before.
  const HttpConnections& connections() const noexcept { return connections_; }
  std::uint64_t reused() const noexcept { return reused_; }

 private:
  struct Running {
    std::shared_ptr<HttpTransfer> transfer;
    ExchangeTrace trace;
    Exchange::HttpDone done;
  };

  void refuse(const Order& order, ExchangeError error, std::string detail);
  std::optional<std::string> refuseTarget(const HttpPlan& plan, const std::vector<std::string>& allowed_hosts) const;
  void finished(std::uint64_t id, HttpResult result);
  void report(const ExchangeTrace& trace, const Exchange::HttpDone& done, HttpResult result);

  const EgressGuard& guard_;
  const CurlExchangeSettings& settings_;
  const Log& log_;
  HttpConnections connections_;
  HttpEasies easies_;
  HttpScopes scopes_;
  HttpTransfer::Services services_;
  std::unordered_map<std::uint64_t, Running> running_;
  std::atomic<std::uint64_t> reused_{0};
};

}  // namespace belfry::curl
