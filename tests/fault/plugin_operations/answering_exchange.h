// The exchange port as a world of providers: whatever is started is answered soon, by one of several threads, with a
// seeded mixture of good and bad answers.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "ports/exchange.h"

namespace belfry::test {

class AnsweringExchange final : public Exchange {
 public:
  /// `bodies`: what HTTP answers are taken from.
  AnsweringExchange(std::uint32_t seed, int threads, std::vector<std::string> bodies);

  ExchangeHandle start(SmtpExchange request, SmtpDone done) override;
  ExchangeHandle start(HttpExchange request, HttpDone done) override;
  /// What is under way is answered all the same.
  void cancel(ExchangeHandle) override {}

  std::uint64_t answered() const { return answered_; }

 private:
  using Random = std::mt19937;
  ExchangeHandle add(std::function<void(Random&)> answer);
  void run(std::stop_token stop, std::uint32_t seed);
  HttpResult httpAnswer(Random& random) const;

  const std::vector<std::string> bodies_;
  std::atomic<std::uint64_t> started_ = 0;
  std::atomic<std::uint64_t> answered_ = 0;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::function<void(Random&)>> waiting_;  // guarded by mutex_
  std::vector<std::jthread> threads_;                 // last: they end before what they use
};

}  // namespace belfry::test
