#include "adapters/curl/http_client.h"

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

namespace belfry::curl {

HttpClient::HttpClient(EventLoop& loop, CurlMulti& multi, const EgressGuard& guard,
                       const CurlExchangeSettings& settings, const Log& log)
    : guard_(guard),
      settings_(settings),
      log_(log),
      easies_(settings, connections_),
      scopes_(loop, settings.max_connections_per_host, settings.idle_connection),
      services_{loop, multi, guard, scopes_, connections_, easies_, [this](std::uint64_t id, HttpResult result) {
                  finished(id, std::move(result));
                }} {}

void HttpClient::start(Order order) {
  if (!order.plan) return refuse(order, ExchangeError::invalid, order.plan.error());
  HttpExchange& request = order.request;
  HttpPlan plan = std::move(order.plan).value();
  if (auto refusal = refuseTarget(plan, request.allowed_hosts.all()))
    return refuse(order, ExchangeError::egress_refused, std::move(*refusal));
  const auto deadline = std::min(request.deadline, std::chrono::steady_clock::now() + settings_.timeout);
  auto transfer = std::make_shared<HttpTransfer>(
      services_, order.id, std::move(plan),
      HttpTransfer::Terms{request.commits, request.urgent, request.max_response, std::move(request.pool_scope)});
  running_.emplace(order.id, Running{transfer, std::move(request.trace), std::move(order.done)});
  transfer->start(deadline, std::min(request.begin_by, deadline));
}

std::optional<std::string> HttpClient::refuseTarget(const HttpPlan& plan,
                                                    const std::vector<std::string>& allowed_hosts) const {
  if (auto refusal = EgressGuard::refuseHost(plan.host, plan.port, allowed_hosts)) return refusal;
  if (plan.tls || guard_.isListedInside(plan.host, plan.port)) return std::nullopt;
  const std::string target = plan.host + ':' + std::to_string(plan.port);
  return target + ": plain http is only allowed towards hosts in exchange.allow_private_hosts; use https, or list " +
         target + " there";
}

void HttpClient::cancel(std::uint64_t id, const std::string& why) {
  const auto found = running_.find(id);
  if (found == running_.end()) return;
  const auto transfer = found->second.transfer;
  transfer->cancel(why);
}

void HttpClient::cancelAll(const std::string& why) {
  std::vector<std::uint64_t> ids;
  for (const auto& [id, running] : running_) ids.push_back(id);
  for (const std::uint64_t id : ids) cancel(id, why);
}

void HttpClient::refuse(const Order& order, ExchangeError error, std::string detail) {
  HttpResult result;
  result.outcome = {ExchangeFate::not_sent, error, std::move(detail)};
  report(order.request.trace, order.done, std::move(result));
}

void HttpClient::finished(std::uint64_t id, HttpResult result) {
  auto node = running_.extract(id);
  if (result.connection_reused) ++reused_;
  report(node.mapped().trace, node.mapped().done, std::move(result));
}

void HttpClient::report(const ExchangeTrace& trace, const Exchange::HttpDone& done, HttpResult result) {
  const ExchangeOutcome& outcome = result.outcome;
  if (outcome.error != ExchangeError::none) {
    log_.warn("http exchange failed", {{"delivery_id", trace.deliveryText()},
                                       {"attempt", trace.attempt},
                                       {"fate", toText(outcome.fate)},
                                       {"error", toText(outcome.error)},
                                       {"detail", outcome.detail}});
  }
  try {
    done(std::move(result));
  } catch (const std::exception& failed) {
    log_.error("exchange callback threw", {{"delivery_id", trace.deliveryText()}, {"what", failed.what()}});
  }
}

}  // namespace belfry::curl
