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

ExchangeHandle ScriptedExchange::start(SmtpExchange request, SmtpDone done) {
  std::size_t index;
  {
    std::lock_guard lock(mutex_);
    index = started_.size();
    started_.push_back({std::move(request), std::move(done)});
  }
  if (on_start) on_start(index);
  return {index + 1};
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

std::vector<std::uint64_t> ScriptedExchange::cancelled() const {
  std::lock_guard lock(mutex_);
  return cancelled_;
}

}  // namespace belfry::test
