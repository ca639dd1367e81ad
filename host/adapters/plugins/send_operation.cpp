#include "adapters/plugins/send_operation.h"

#include <algorithm>

#include "adapters/plugins/message_view.h"
#include "adapters/plugins/plugin_text.h"
#include "adapters/plugins/smtp_input.h"
#include "kit/crypto.h"

namespace belfry::plugins {
namespace {

constexpr std::size_t kMostExchanges = 16;

/// RFC 2045 §6.8: lines of 76 characters.
void appendMimeBase64(std::string& to, std::string_view bytes) {
  constexpr std::size_t kLine = 76;
  auto encoded = toBase64(bytes);
  for (std::size_t at = 0; at < encoded.size(); at += kLine) {
    if (at > 0) to += "\r\n";
    to.append(encoded, at, kLine);
  }
}

bool isTls(int32_t tls) { return tls == BF_TLS_NONE || tls == BF_TLS_STARTTLS || tls == BF_TLS_IMPLICIT; }

SmtpTls toTls(int32_t tls) {
  if (tls == BF_TLS_NONE) return SmtpTls::none;
  return tls == BF_TLS_IMPLICIT ? SmtpTls::tls : SmtpTls::starttls;
}

}  // namespace

void SendOperation::launch(std::shared_ptr<const SendContext> context, std::shared_ptr<const OutgoingMessage> message, Done done) {
  MessageView shown(*message);
  const bf_msg* messages[] = {&shown.abi()};
  bf_req request{};
  request.size = sizeof request;
  request.kind = BF_REQ_SEND;
  request.messages = messages;
  request.n_messages = 1;
  std::make_shared<SendOperation>(std::move(context), message, std::move(done))->start(request);
}

SendOperation::SendOperation(std::shared_ptr<const SendContext> context, std::shared_ptr<const OutgoingMessage> message, Done done)
    : Operation(context->machine), context_(std::move(context)), message_(std::move(message)), done_(std::move(done)) {}

bf_status SendOperation::smtp(const bf_smtp& request, uint32_t tag) {
  if (started_.size() >= kMostExchanges) return BF_E_LIMIT;
  SmtpExchange exchange;
  if (auto status = assemble(request, exchange); status != BF_OK) return status;
  expectAnswer();
  ++unanswered_;
  auto self = std::static_pointer_cast<SendOperation>(shared_from_this());
  // The lease is nearly over: the attempt is given back rather than raced against the next one.
  if (std::chrono::steady_clock::now() >= message_->deadline) {
    SmtpResult late;
    late.outcome = {ExchangeFate::not_sent, ExchangeError::timeout, "the lease of this attempt ended before the exchange began"};
    answered(std::move(late), tag);
    return BF_OK;
  }
  started_.push_back(context_->exchange->start(std::move(exchange), [self, tag](SmtpResult result) { self->answered(std::move(result), tag); }));
  return BF_OK;
}

bf_status SendOperation::assemble(const bf_smtp& request, SmtpExchange& exchange) const {
  if (!isTls(request.tls) || request.port == 0 || request.port > 65535 || request.n_rcpts == 0) return BF_E_INVALID;
  exchange.host = copy(request.host);
  exchange.port = static_cast<std::uint16_t>(request.port);
  exchange.tls = toTls(request.tls);
  exchange.username = copy(request.username);
  if (!exchange.username.empty()) {
    auto secret = context_->secrets.find(copy(request.password.s));
    if (request.password.kind != BF_SEG_SECRET || secret == context_->secrets.end()) return BF_E_DENIED;
    exchange.password = secret->second;
  }
  exchange.mail_from = copy(request.mail_from);
  for (size_t i = 0; i < request.n_rcpts; ++i) exchange.recipients.push_back(copy(request.rcpts[i]));
  for (size_t i = 0; i < request.n_message; ++i) {
    const auto& segment = request.message[i];
    const auto* attachment = segment.kind == BF_SEG_BLOB ? findBlob(*message_, segment.blob) : nullptr;
    // A secret has no place in a message, and a blob must be one of this message's.
    if (segment.kind != BF_SEG_BYTES && attachment == nullptr) return BF_E_DENIED;
    auto bytes = attachment != nullptr ? std::string_view(attachment->bytes) : view(segment.s);
    if (segment.xform == BF_XFORM_BASE64_MIME) {
      appendMimeBase64(exchange.message, bytes);
    } else {
      exchange.message.append(bytes);
    }
  }
  exchange.deadline = message_->deadline;
  if (request.timeout_ms > 0) {
    exchange.deadline = std::min(exchange.deadline, std::chrono::steady_clock::now() + std::chrono::milliseconds(request.timeout_ms));
  }
  exchange.allowed_hosts = context_->allowed_hosts;
  exchange.pool_scope = context_->pool_scope;
  exchange.trace = {message_->delivery.toString(), message_->attempt};
  return BF_OK;
}

void SendOperation::answered(SmtpResult result, uint32_t tag) {
  struct Answer {
    explicit Answer(SmtpResult from) : result(std::move(from)), shown(result) {}
    const SmtpResult result;
    const SmtpInput shown;
  };
  deliver([this, answer = std::make_shared<Answer>(std::move(result)), tag](bf_input& input) {
    --unanswered_;
    if (answer->result.outcome.fate == ExchangeFate::maybe_sent) may_have_sent_ = true;
    answer->shown.fill(input, tag);
  });
}

bf_status SendOperation::result(const bf_result& result) {
  if (outcome_ || result.recipient != 0) return BF_E_STATE;
  auto outcome = outcomeFromNumber(result.outcome);
  if (!outcome) return BF_E_INVALID;
  outcome_ = SendOutcome{*outcome, {}, copy(result.provider_id), copy(result.code), copy(result.detail)};
  if (result.retry_after_ms > 0) outcome_->retry_after = std::chrono::milliseconds(result.retry_after_ms);
  return BF_OK;
}

void SendOperation::end(const std::string& reason) {
  auto outcome = verdict(reason);
  for (auto handle : started_) context_->exchange->cancel(handle);  // those that finished are ignored
  done_(std::move(outcome));
}

SendOutcome SendOperation::verdict(const std::string& reason) const {
  // The host, not the plugin, answers for "never blindly twice": an exchange that may have delivered, or is still under way, can only
  // end as unknown unless the plugin says that the provider took it.
  bool ambiguous = may_have_sent_ || unanswered_ > 0;
  bool took = outcome_ && (outcome_->outcome == Outcome::accepted || outcome_->outcome == Outcome::delivered);
  if (outcome_ && reason.empty() && !failed() && (!ambiguous || took || outcome_->outcome == Outcome::unknown)) return *outcome_;
  SendOutcome outcome;
  outcome.outcome = ambiguous ? Outcome::unknown : Outcome::rejected_request;
  if (failed()) {
    outcome.code = failCode();
    outcome.detail = failDetail();
  } else if (!reason.empty()) {
    outcome.code = "plugin_error";
    outcome.detail = "the plugin " + reason;
  } else if (outcome_) {
    outcome.code = outcome_->code;
    outcome.detail = outcome_->detail;
  } else {
    outcome.code = "plugin_error";
    outcome.detail = "the plugin ended without a result";
  }
  return outcome;
}

}  // namespace belfry::plugins
