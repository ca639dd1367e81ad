#include "scripted_exchange.h"

namespace belfry::test {

SmtpResult smtpDone(int code, const std::string& enhanced, const std::string& text) {
  SmtpResult result;
  result.outcome = {ExchangeFate::done, ExchangeError::none, ""};
  result.mail = SmtpReply{250, "", "ok"};
  result.recipients = {SmtpReply{250, "", "ok"}};
  result.data = SmtpReply{code, enhanced, text};
  return result;
}

SmtpResult smtpRefused(int code, const std::string& enhanced) {
  SmtpResult result;
  result.outcome = {ExchangeFate::done, ExchangeError::none, ""};
  result.mail = SmtpReply{250, "", "ok"};
  result.recipients = {SmtpReply{code, enhanced, "no"}};
  return result;
}

SmtpResult smtpFailed(ExchangeFate fate, ExchangeError error) {
  SmtpResult result;
  result.outcome = {fate, error, "as scripted"};
  result.recipients.resize(1);
  return result;
}

HttpResult httpDone(int status, std::string body, HeaderFields headers) {
  HttpResult result;
  result.outcome = {ExchangeFate::done, ExchangeError::none, ""};
  result.reply = HttpReply{status, std::move(headers), std::move(body), false};
  result.http_version = 20;
  return result;
}

HttpResult httpFailed(ExchangeFate fate, ExchangeError error) {
  HttpResult result;
  result.outcome = {fate, error, "as scripted"};
  return result;
}

ExchangeHandle ScriptedExchange::start(SmtpExchange request, SmtpDone done) {
  std::size_t index;
  std::uint64_t id;
  {
    std::lock_guard lock(mutex_);
    index = started_.size();
    started_.push_back({std::move(request), std::move(done)});
    id = started_.size() + started_http_.size();
  }
  if (on_start) on_start(index);
  return {id};
}

ExchangeHandle ScriptedExchange::start(HttpExchange request, HttpDone done) {
  std::size_t index;
  std::uint64_t id;
  {
    std::lock_guard lock(mutex_);
    index = started_http_.size();
    started_http_.push_back({std::move(request), std::move(done)});
    id = started_.size() + started_http_.size();
  }
  if (on_http) on_http(index);
  return {id};
}

void ScriptedExchange::cancel(ExchangeHandle handle) {
  std::lock_guard lock(mutex_);
  cancelled_.push_back(handle.id);
}

std::size_t ScriptedExchange::count() const {
  std::lock_guard lock(mutex_);
  return started_.size();
}

SmtpExchange ScriptedExchange::request(std::size_t index) const {
  std::lock_guard lock(mutex_);
  return started_.at(index).request;
}

void ScriptedExchange::answer(std::size_t index, SmtpResult result) {
  SmtpDone done;
  {
    std::lock_guard lock(mutex_);
    done = std::move(started_.at(index).done);
  }
  done(std::move(result));
}

std::size_t ScriptedExchange::httpCount() const {
  std::lock_guard lock(mutex_);
  return started_http_.size();
}

HttpExchange ScriptedExchange::httpRequest(std::size_t index) const {
  std::lock_guard lock(mutex_);
  return started_http_.at(index).request;
}

void ScriptedExchange::answerHttp(std::size_t index, HttpResult result) {
  HttpDone done;
  {
    std::lock_guard lock(mutex_);
    done = std::move(started_http_.at(index).done);
  }
  done(std::move(result));
}

std::vector<std::uint64_t> ScriptedExchange::cancelled() const {
  std::lock_guard lock(mutex_);
  return cancelled_;
}

}  // namespace belfry::test
