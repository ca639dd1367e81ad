// All SMTP exchanges that are under way: admits them (egress allow-list, deadline), runs them, reports them.
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
#include "adapters/curl/smtp_delivery.h"
#include "adapters/curl/smtp_plan.h"
#include "adapters/curl/smtp_pool.h"
#include "kit/log.h"
#include "kit/result.h"
#include "ports/exchange.h"

namespace belfry::curl {

/// Belongs to the loop's thread.
class SmtpClient {
 public:
  /// What start() leaves to the loop: the request without its message, which is in the plan.
  struct Order {
    std::uint64_t id;
    SmtpExchange request;
    Result<SmtpPlan, std::string> plan;
    Exchange::SmtpDone done;
  };

  SmtpClient(EventLoop& loop, CurlMulti& multi, const EgressGuard& guard, const CurlExchangeSettings& settings,
             const Log& log);

  void start(Order order);
  void cancel(std::uint64_t id, const std::string& why);
  void cancelAll(const std::string& why);
  void closeIdle() { pool_.closeIdle(); }

  /// For other threads: what the pool holds, connections begun, exchanges finished on a pooled one.
  const SmtpPool& pool() const noexcept { return pool_; }
  std::uint64_t opened() const noexcept { return opened_; }
  std::uint64_t reused() const noexcept { return reused_; }

 private:
  struct Running {
    std::shared_ptr<SmtpDelivery> delivery;
    ExchangeTrace trace;
    Exchange::SmtpDone done;
  };

  void refuse(const Order& order, ExchangeError error, std::string detail);
  void finished(std::uint64_t id, SmtpResult result);
  void report(const ExchangeTrace& trace, const Exchange::SmtpDone& done, SmtpResult result);
  EventLoop::SteadyTime deadlineOf(const SmtpExchange& request) const;

  EventLoop& loop_;
  const CurlExchangeSettings& settings_;
  const Log& log_;
  SmtpPool pool_;
  SmtpDelivery::Services services_;
  std::unordered_map<std::uint64_t, Running> running_;
  std::atomic<std::uint64_t> opened_{0};
  std::atomic<std::uint64_t> reused_{0};
};

}  // namespace belfry::curl
