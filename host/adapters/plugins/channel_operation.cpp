#include "adapters/plugins/channel_operation.h"

#include <algorithm>

#include "adapters/plugins/exchange_words.h"
#include "adapters/plugins/http_assembly.h"
#include "adapters/plugins/smtp_assembly.h"
#include "adapters/plugins/smtp_input.h"
#include "adapters/plugins/token_operation.h"

namespace belfry::plugins {
namespace {

constexpr int kMostAtOnce = 16;  // tagged verbs under way in one operation, as steps.h says
constexpr int kMostBegun = 64;   // in all, so that a plugin that always asks once more comes to an end
constexpr uint32_t kLongestSleepMs = 60'000;
constexpr std::size_t kMostValue = 64u << 10;
constexpr uint32_t kLongestKeptS = 90u * 24 * 3600;

/// Whether the server took the mail for anybody.
bool isTaken(const SmtpResult& result) {
  if (result.outcome.fate != ExchangeFate::done) return false;
  for (std::size_t i = 0; i < result.recipients.size(); ++i)
    if (const auto* reply = result.decisive(i); reply != nullptr && reply->positive()) return true;
  return false;
}

ExchangeOutcome tooLate() {
  return {ExchangeFate::not_sent, ExchangeError::timeout, "the time of this operation ended before the exchange began"};
}

}  // namespace

ChannelOperation::ChannelOperation(std::shared_ptr<const InstanceContext> context, SteadyTime deadline,
                                   ExchangeTrace trace, SteadyTime begin_by, bool urgent)
    : Operation(context->machine),
      context_(std::move(context)),
      deadline_(deadline),
      begin_by_(std::min(begin_by, deadline)),
      urgent_(urgent),
      trace_(std::move(trace)) {}

/// Counts a tagged verb, and gives it back when what should bring its answer could not be started.
template <class Begin>
bf_status ChannelOperation::beginTagged(Begin&& begin) {
  if (unanswered_ >= kMostAtOnce || begun_ >= kMostBegun) return BF_E_LIMIT;
  started_.reserve(started_.size() + 1);
  expectAnswer();
  ++unanswered_;
  try {
    begin();
  } catch (...) {
    --unanswered_;
    forgetAnswer();
    throw;
  }
  ++begun_;
  return BF_OK;
}

template <class Request>
void ChannelOperation::limit(Request& request, uint32_t timeout_ms) const {
  request.deadline = deadline_;
  request.begin_by = begin_by_;
  if (timeout_ms > 0) {
    request.deadline =
        std::min(request.deadline, std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms));
  }
  request.allowed_hosts = context_->allowed_hosts;
  request.pool_scope = context_->pool_scope;
  request.urgent = urgent_;
  request.trace = trace_;
}

SegmentAssembler ChannelOperation::assembler() const {
  return {*context_, tokens_, [this](uint64_t handle, std::string_view& bytes) { return findBlobBytes(handle, bytes); },
          masked()};
}

bool ChannelOperation::findBlobBytes(uint64_t, std::string_view&) const { return false; }

// ---- HTTP

bf_status ChannelOperation::http(const bf_http& request, uint32_t tag) {
  HttpExchange exchange;
  auto segments = assembler();
  auto now = TimePoint(std::chrono::milliseconds(nowMs()));
  if (auto status = assembleHttp(request, segments, *context_, now, exchange); status != BF_OK) return status;
  limit(exchange, request.timeout_ms);
  // A provider that drops doubles makes a repeat harmless: nothing is ambiguous then.
  bool delivers = exchange.commits && (request.flags & BF_HTTP_IDEMPOTENT) == 0;
  exchange.commits = delivers;
  return beginTagged([&] {
    if (delivers) ++delivering_;
    try {
      perform(std::move(exchange), tag);
    } catch (...) {
      if (delivers) --delivering_;
      throw;
    }
  });
}

void ChannelOperation::perform(HttpExchange request, uint32_t tag) {
  bool delivers = request.commits;
  if (late()) return answerHttp({tooLate(), {}, 0, false, {}}, tag, delivers);
  auto self = std::static_pointer_cast<ChannelOperation>(shared_from_this());
  started_.push_back(context_->exchange.start(std::move(request), [self, tag, delivers](HttpResult result) {
    self->answerHttp(std::move(result), tag, delivers);
  }));
}

void ChannelOperation::answerHttp(HttpResult result, uint32_t tag, bool delivers) {
  deliver([this, answer = std::make_shared<HttpInput>(std::move(result)), tag, delivers](bf_input& input) {
    --unanswered_;
    if (delivers) --delivering_;
    const auto& got = answer->result();
    if (delivers && got.outcome.fate == ExchangeFate::maybe_sent) may_have_sent_ = true;
    if (delivers && got.reply && got.reply->status >= 200 && got.reply->status < 300) answered_ok_ = true;
    answer->fill(input, tag);
  });
}

// ---- SMTP

bf_status ChannelOperation::smtp(const bf_smtp& request, uint32_t tag) {
  const bool login = request.n_rcpts == 0 && request.n_message == 0;
  if (login != provesOnly()) return login ? BF_E_INVALID : BF_E_DENIED;
  SmtpExchange exchange;
  auto now = TimePoint(std::chrono::milliseconds(nowMs()));
  if (auto status = assembleSmtp(request, assembler(), *context_, now, exchange); status != BF_OK) return status;
  limit(exchange, request.timeout_ms);
  return beginTagged([&] {
    ++delivering_;
    try {
      perform(std::move(exchange), tag);
    } catch (...) {
      --delivering_;
      throw;
    }
  });
}

void ChannelOperation::perform(SmtpExchange request, uint32_t tag) {
  if (late()) {
    SmtpResult result;
    result.outcome = tooLate();
    result.recipients.resize(request.recipients.size());
    return answerSmtp(std::move(result), tag);
  }
  auto self = std::static_pointer_cast<ChannelOperation>(shared_from_this());
  started_.push_back(context_->exchange.start(
      std::move(request), [self, tag](SmtpResult result) { self->answerSmtp(std::move(result), tag); }));
}

void ChannelOperation::answerSmtp(SmtpResult result, uint32_t tag) {
  struct Answer {
    explicit Answer(SmtpResult from) : result(std::move(from)), shown(result) {}
    const SmtpResult result;
    const SmtpInput shown;
  };
  deliver([this, answer = std::make_shared<Answer>(std::move(result)), tag](bf_input& input) {
    --unanswered_;
    --delivering_;
    if (answer->result.outcome.fate == ExchangeFate::maybe_sent) may_have_sent_ = true;
    if (isTaken(answer->result)) taken_ = true;
    answer->shown.fill(input, tag);
  });
}

void ChannelOperation::cancelExchanges() {
  if (unanswered_ == 0) return;
  for (auto handle : started_) context_->exchange.cancel(handle);  // those that finished are ignored
}

// ---- tokens

bf_status ChannelOperation::token(std::string key, bool fresh, uint32_t tag) {
  auto had = tokens_.find(key);
  auto refused = fresh && had != tokens_.end() ? had->second.number : 0;
  return beginTagged([&] { obtain(key, refused, tag); });
}

void ChannelOperation::obtain(const std::string& key, uint64_t refused, uint32_t tag) {
  auto self = std::static_pointer_cast<ChannelOperation>(shared_from_this());
  auto context = context_;
  context_->tokens->get(
      key, refused,
      [context](const std::string& wanted, TokenCache::Fetched done) {
        TokenOperation::launch(context, wanted, std::move(done));
      },
      [self, key, tag](const Token& token, const FetchedToken& failed) {
        self->answerToken(key, token, failed.code, failed.detail, tag);
      });
}

void ChannelOperation::answerToken(const std::string& key, const Token& token, const std::string& code,
                                   const std::string& detail, uint32_t tag) {
  deliver([this, key, token, code, detail, tag](bf_input& input) {
    --unanswered_;
    input.kind = BF_IN_TOKEN;
    input.tag = tag;
    if (token.value.empty()) {
      input.fate = BF_FATE_NOT_SENT;
      input.error = view(code);
      input.detail = view(detail);
    } else {
      tokens_[key] = token;
    }
  });
}

// ---- pauses and kept values

bf_status ChannelOperation::sleep(uint32_t ms, uint32_t tag) {
  auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
  if (ms > kLongestSleepMs || until > begin_by_) return BF_E_LIMIT;
  auto self = std::static_pointer_cast<ChannelOperation>(shared_from_this());
  return beginTagged([&] {
    context_->tasks.at(until, [self, tag] {
      self->deliver([self = self.get(), tag](bf_input& input) {
        --self->unanswered_;
        input.kind = BF_IN_TIMER;
        input.tag = tag;
      });
    });
  });
}

bf_status ChannelOperation::get(std::string key, uint32_t tag) {
  auto self = std::static_pointer_cast<ChannelOperation>(shared_from_this());
  return beginTagged([&] {
    context_->tasks.post([self, key = std::move(key), tag] {
      std::optional<std::string> value;
      std::string problem;
      try {
        value = self->context_->values.get(self->context_->tenant, self->context_->provider, key);
      } catch (const std::exception& error) {
        problem = error.what();
      }
      self->deliver([self = self.get(), value = std::move(value), problem, tag](bf_input& input) {
        --self->unanswered_;
        input.kind = BF_IN_VALUE;
        input.tag = tag;
        input.found = value ? 1 : 0;
        if (value) input.value = view(*value);
        if (problem.empty()) return;
        input.fate = BF_FATE_NOT_SENT;
        input.error = view("unavailable");
        input.detail = view(problem);
      });
    });
  });
}

bf_status ChannelOperation::put(std::string key, std::string value, uint32_t ttl_s) {
  if (value.size() > kMostValue || ttl_s == 0 || ttl_s > kLongestKeptS) return BF_E_LIMIT;
  context_->tasks.post([context = context_, key = std::move(key), value = std::move(value), ttl_s] {
    try {
      context->values.put(context->tenant, context->provider, key, value, std::chrono::seconds(ttl_s));
    } catch (const std::exception& error) {
      context->log.warn("a plugin's value was not kept",
                        {{"provider_id", context->provider.toString()}, {"reason", error.what()}});
    }
  });
  return BF_OK;
}

}  // namespace belfry::plugins
