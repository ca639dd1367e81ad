// What the exchange's tests share: a started CurlExchange, mails to send, results to wait for.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include "adapters/curl/curl_exchange.h"
#include "kit/log.h"
#include "support/wait_until.h"

namespace belfry::test {

using namespace std::chrono_literals;

class ExchangeFixture : public ::testing::Test {
 protected:
  using Future = std::shared_future<SmtpResult>;

  /// Starts the exchange under test, with 127.0.0.1:port open.
  curl::CurlExchange& startExchange(std::uint16_t port, curl::CurlExchangeSettings settings = {}) {
    settings.allow_private_hosts.push_back("127.0.0.1:" + std::to_string(port));
    return startExchange(std::move(settings));
  }
  curl::CurlExchange& startExchange(curl::CurlExchangeSettings settings) {
    exchange_.emplace(log_, std::move(settings));
    return *exchange_;
  }

  /// A mail without TLS and login to a server on this machine.
  static SmtpExchange mailTo(std::uint16_t port, std::string recipient = "ada@example.test") {
    SmtpExchange request;
    request.host = "127.0.0.1";
    request.port = port;
    request.tls = SmtpTls::none;
    request.helo_name = "belfry.example.test";
    request.mail_from = "shop@example.test";
    request.recipients = {std::move(recipient)};
    request.message = "From: shop@example.test\r\nSubject: x\r\n\r\nhello\r\n";
    request.allowed_hosts = {"127.0.0.1"};
    request.trace.delivery = uuidLowerBound(TimePoint{});
    return request;
  }

  Future start(SmtpExchange request, ExchangeHandle* handle = nullptr) {
    auto promise = std::make_shared<std::promise<SmtpResult>>();
    const auto started =
        exchange_->start(std::move(request), [promise](SmtpResult result) { promise->set_value(std::move(result)); });
    if (handle) *handle = started;
    return promise->get_future().share();
  }
  static SmtpResult wait(const Future& future) {
    if (future.wait_for(30s) == std::future_status::ready) return future.get();
    ADD_FAILURE() << "no result after 30 s";
    return {};
  }
  SmtpResult send(SmtpExchange request) { return wait(start(std::move(request))); }

  Log log_{2, LogLevel::error};
  std::optional<curl::CurlExchange> exchange_;
};

inline void expectDelivered(const SmtpResult& result) {
  EXPECT_EQ(toText(result.outcome.fate), "done") << result.outcome.detail;
  EXPECT_EQ(toText(result.outcome.error), "none");
  for (std::size_t i = 0; i < result.recipients.size(); ++i) {
    ASSERT_NE(result.decisive(i), nullptr);
    EXPECT_EQ(result.decisive(i)->code, 250) << result.decisive(i)->text;
  }
}

inline void expectFailed(const SmtpResult& result, ExchangeFate fate, ExchangeError error,
                         const std::string& detail = "") {
  EXPECT_EQ(toText(result.outcome.fate), toText(fate)) << result.outcome.detail;
  EXPECT_EQ(toText(result.outcome.error), toText(error)) << result.outcome.detail;
  EXPECT_NE(result.outcome.detail.find(detail), std::string::npos) << result.outcome.detail;
}

}  // namespace belfry::test
