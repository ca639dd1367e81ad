#include "adapters/curl/smtp_client.h"

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

namespace belfry::curl {
namespace {

SmtpTarget targetOf(SmtpExchange& request) {
  return {std::move(request.host),
          request.port,
          request.tls,
          std::move(request.username),
          std::move(request.password),
          std::move(request.helo_name),
          std::move(request.pool_scope)};
}

}  // namespace

SmtpClient::SmtpClient(EventLoop& loop, CurlMulti& multi, const EgressGuard& guard,
                       const CurlExchangeSettings& settings, const Log& log)
    : loop_(loop),
      settings_(settings),
      log_(log),
      pool_(loop, settings),
      services_{loop, pool_,
                [&loop, &multi, &guard, &settings, this](const SmtpTarget& target) {
                  ++opened_;
                  return std::make_unique<SmtpConnection>(loop, multi, guard, settings, target);
                },
                [this](std::uint64_t id, SmtpResult result) { finished(id, std::move(result)); }} {}

void SmtpClient::start(Order order) {
  if (!order.plan) return refuse(order, ExchangeError::invalid, order.plan.error());
  SmtpExchange& request = order.request;
  if (auto refusal = EgressGuard::refuseHost(request.host, request.port, request.allowed_hosts.all()))
    return refuse(order, ExchangeError::egress_refused, std::move(*refusal));
  const auto deadline = deadlineOf(request);
  const auto begin_by = std::min(request.begin_by, deadline);
  auto delivery = std::make_shared<SmtpDelivery>(services_, order.id, targetOf(request), std::move(order.plan).value());
  running_.emplace(order.id, Running{delivery, std::move(request.trace), std::move(order.done)});
  delivery->start(deadline, begin_by);
}

EventLoop::SteadyTime SmtpClient::deadlineOf(const SmtpExchange& request) const {
  return std::min(request.deadline, std::chrono::steady_clock::now() + settings_.timeout);
}

void SmtpClient::cancel(std::uint64_t id, const std::string& why) {
  const auto found = running_.find(id);
  if (found == running_.end()) return;
  const auto delivery = found->second.delivery;
  delivery->cancel(why);
}

void SmtpClient::cancelAll(const std::string& why) {
  std::vector<std::uint64_t> ids;
  for (const auto& [id, running] : running_) ids.push_back(id);
  for (const std::uint64_t id : ids) cancel(id, why);
}

void SmtpClient::refuse(const Order& order, ExchangeError error, std::string detail) {
  SmtpResult result;
  result.outcome = {ExchangeFate::not_sent, error, std::move(detail)};
  result.recipients.resize(order.request.recipients.size());
  report(order.request.trace, order.done, std::move(result));
}

void SmtpClient::finished(std::uint64_t id, SmtpResult result) {
  auto node = running_.extract(id);
  if (result.connection_reused) ++reused_;
  report(node.mapped().trace, node.mapped().done, std::move(result));
}

void SmtpClient::report(const ExchangeTrace& trace, const Exchange::SmtpDone& done, SmtpResult result) {
  const ExchangeOutcome& outcome = result.outcome;
  if (outcome.error != ExchangeError::none) {
    log_.warn("smtp exchange failed", {{"delivery_id", trace.deliveryText()},
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
