// The exchange port as a test wants it: requests are kept, answers come when the test says so. (The real one has its
// own suite, and mail_test.cpp runs the plugins on it.)
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "ports/exchange.h"

namespace belfry::test {

SmtpResult smtpDone(int code, const std::string& enhanced = "", const std::string& text = "");
/// RCPT TO refused.
SmtpResult smtpRefused(int code, const std::string& enhanced = "");
SmtpResult smtpFailed(ExchangeFate fate, ExchangeError error);

HttpResult httpDone(int status, std::string body = "", HeaderFields headers = {});
HttpResult httpFailed(ExchangeFate fate, ExchangeError error);

/// SMTP and HTTP exchanges are numbered apart, each from 0, in the order of starting. Thread-safe.
class ScriptedExchange final : public Exchange {
 public:
  struct Started {
    SmtpExchange request;
    SmtpDone done;
  };
  struct StartedHttp {
    HttpExchange request;
    HttpDone done;
  };
  /// Called on start(), on the caller's thread, after the request was kept: may answer at once, hand over to a thread,
  /// or throw.
  std::function<void(std::size_t index)> on_start;
  /// The same for HTTP.
  std::function<void(std::size_t index)> on_http;

  ExchangeHandle start(SmtpExchange request, SmtpDone done) override;
  ExchangeHandle start(HttpExchange request, HttpDone done) override;
  void cancel(ExchangeHandle handle) override;

  std::size_t count() const;
  SmtpExchange request(std::size_t index) const;
  /// Answers one that was started, on this thread.
  void answer(std::size_t index, SmtpResult result);
  std::size_t httpCount() const;
  HttpExchange httpRequest(std::size_t index) const;
  void answerHttp(std::size_t index, HttpResult result);
  std::vector<std::uint64_t> cancelled() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Started> started_;  // guarded by mutex_, as all below
  std::vector<StartedHttp> started_http_;
  std::vector<std::uint64_t> cancelled_;
};

}  // namespace belfry::test
