// What the tests of HTTP exchanges share: a started CurlExchange, requests to send, results to wait for.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include "adapters/curl/curl_exchange.h"
#include "kit/log.h"

namespace belfry::test {

using namespace std::chrono_literals;

class HttpFixture : public ::testing::Test {
 protected:
  using Future = std::shared_future<HttpResult>;

  /// Starts the exchange under test, with 127.0.0.1:port open.
  curl::CurlExchange& startExchange(std::uint16_t port, curl::CurlExchangeSettings settings = {}) {
    settings.allow_private_hosts.push_back("127.0.0.1:" + std::to_string(port));
    return startExchange(std::move(settings));
  }
  curl::CurlExchange& startExchange(curl::CurlExchangeSettings settings) {
    exchange_.emplace(log_, std::move(settings));
    return *exchange_;
  }

  /// A plain POST to a server on this machine.
  static HttpExchange postTo(std::uint16_t port, std::string body = "hello") {
    HttpExchange request;
    request.method = "POST";
    request.url = "http://127.0.0.1:" + std::to_string(port) + "/v1/secret-path?key=secret-query";
    request.headers = {{"Authorization", "Bearer secret-header"}, {"Content-Type", "application/json"}};
    request.body = std::move(body);
    request.allowed_hosts = {"127.0.0.1"};
    request.pool_scope = "acme/main";
    request.trace.delivery = uuidLowerBound(TimePoint{});
    return request;
  }

  Future start(HttpExchange request, ExchangeHandle* handle = nullptr) {
    auto promise = std::make_shared<std::promise<HttpResult>>();
    const auto started =
        exchange_->start(std::move(request), [promise](HttpResult result) { promise->set_value(std::move(result)); });
    if (handle) *handle = started;
    return promise->get_future().share();
  }
  static HttpResult wait(const Future& future) {
    if (future.wait_for(30s) == std::future_status::ready) return future.get();
    ADD_FAILURE() << "no result after 30 s";
    return {};
  }
  HttpResult send(HttpExchange request) { return wait(start(std::move(request))); }

  Log log_{2, LogLevel::error};
  std::optional<curl::CurlExchange> exchange_;
};

inline void expectAnswer(const HttpResult& result, int status, const std::string& body = "") {
  EXPECT_EQ(toText(result.outcome.fate), "done") << result.outcome.detail;
  EXPECT_EQ(toText(result.outcome.error), "none");
  ASSERT_TRUE(result.reply);
  EXPECT_EQ(result.reply->status, status);
  EXPECT_EQ(result.reply->body, body);
}

/// Details go into logs and events: whatever happened, nothing of the request's path, query, headers or body is there.
inline void expectFailed(const HttpResult& result, ExchangeFate fate, ExchangeError error,
                         const std::string& detail = "") {
  EXPECT_FALSE(result.reply);
  EXPECT_EQ(toText(result.outcome.fate), toText(fate)) << result.outcome.detail;
  EXPECT_EQ(toText(result.outcome.error), toText(error)) << result.outcome.detail;
  EXPECT_NE(result.outcome.detail.find(detail), std::string::npos) << result.outcome.detail;
  EXPECT_EQ(result.outcome.detail.find("secret"), std::string::npos) << result.outcome.detail;
}

}  // namespace belfry::test
