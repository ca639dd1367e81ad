#include "answering_exchange.h"

#include <array>

namespace belfry::test {
namespace {

template <class List>
const auto& oneOf(const List& list, std::mt19937& random) {
  return list[random() % std::size(list)];
}

/// One in ten has no answer; half of these may have been sent.
std::optional<ExchangeOutcome> lost(std::mt19937& random) {
  constexpr std::array kErrors = {ExchangeError::timeout, ExchangeError::connection_lost, ExchangeError::protocol,
                                  ExchangeError::cancelled};
  constexpr std::array kNever = {ExchangeError::dns, ExchangeError::connect, ExchangeError::tls,
                                 ExchangeError::egress_refused, ExchangeError::timeout};
  switch (random() % 20) {
    case 0: return ExchangeOutcome{ExchangeFate::maybe_sent, oneOf(kErrors, random), "as scripted"};
    case 1: return ExchangeOutcome{ExchangeFate::not_sent, oneOf(kNever, random), "as scripted"};
    default: return std::nullopt;
  }
}

SmtpResult smtpAnswer(const SmtpExchange& request, std::mt19937& random) {
  static const SmtpReply kReplies[] = {{250, "2.0.0", "ok: queued as 4F1C2"},
                                       {250, "", "ok"},
                                       {421, "4.3.2", "later"},
                                       {452, "4.7.1", "slow down"},
                                       {550, "5.1.1", "no such user"},
                                       {554, "5.7.1", "refused"}};
  SmtpResult result;
  if (auto outcome = lost(random)) {
    result.outcome = *outcome;
    result.recipients.resize(request.recipients.size());
    return result;
  }
  result.outcome = {ExchangeFate::done, ExchangeError::none, ""};
  if (request.recipients.empty()) return result;
  result.mail = kReplies[1];
  for (std::size_t i = 0; i < request.recipients.size(); ++i)
    result.recipients.push_back(random() % 4 != 0 ? kReplies[1] : oneOf(kReplies, random));
  result.data = random() % 4 != 0 ? kReplies[0] : oneOf(kReplies, random);
  return result;
}

}  // namespace

AnsweringExchange::AnsweringExchange(std::uint32_t seed, int threads, std::vector<std::string> bodies)
    : bodies_(std::move(bodies)) {
  for (int i = 0; i < threads; ++i)
    threads_.emplace_back([this, own = seed + static_cast<std::uint32_t>(i)](std::stop_token stop) { run(stop, own); });
}

ExchangeHandle AnsweringExchange::start(SmtpExchange request, SmtpDone done) {
  return add(
      [request = std::move(request), done = std::move(done)](Random& random) { done(smtpAnswer(request, random)); });
}

ExchangeHandle AnsweringExchange::start(HttpExchange request, HttpDone done) {
  return add(
      [this, request = std::move(request), done = std::move(done)](Random& random) { done(httpAnswer(random)); });
}

HttpResult AnsweringExchange::httpAnswer(Random& random) const {
  static constexpr std::array kStatuses = {200, 200, 201, 202, 202, 204, 400, 401, 403, 404, 413, 429, 500, 503};
  HttpResult result;
  if (auto outcome = lost(random)) {
    result.outcome = *outcome;
    return result;
  }
  result.outcome = {ExchangeFate::done, ExchangeError::none, ""};
  result.reply =
      HttpReply{oneOf(kStatuses, random), {{"content-type", "application/json"}}, oneOf(bodies_, random), false};
  if (result.reply->status == 429) result.reply->headers.emplace_back("retry-after", "7");
  if (result.reply->status == 202) result.reply->headers.emplace_back("x-message-id", "M1");
  result.http_version = 20;
  return result;
}

ExchangeHandle AnsweringExchange::add(std::function<void(Random&)> answer) {
  {
    std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(answer));
  }
  changed_.notify_one();
  return {++started_};
}

void AnsweringExchange::run(std::stop_token stop, std::uint32_t seed) {
  Random random(seed);
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) {
    auto answer = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    answer(random);
    answer = nullptr;  // what it holds goes without the lock
    ++answered_;
    lock.lock();
  }
}

}  // namespace belfry::test
