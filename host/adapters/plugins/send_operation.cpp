#include "adapters/plugins/send_operation.h"

#include <algorithm>

#include "adapters/plugins/message_view.h"
#include "adapters/plugins/plugin_text.h"
#include "adapters/plugins/smtp_input.h"
#include "kit/crypto.h"

namespace belfry::plugins {
namespace {

constexpr int kMostAtOnce = 16;             // exchanges under way in one operation, as steps.h says
constexpr std::size_t kMostExchanges = 64;  // in all, so that a plugin that always asks once more comes to an end
constexpr std::size_t kMostRecipients = 1000;
constexpr std::size_t kMostSegments = 100'000;
constexpr std::size_t kMostCode = 200;
constexpr std::size_t kMostProviderId = 998;  // RFC 5322 §2.1.1: the longest line, and so the longest Message-ID
constexpr std::size_t kMostDetail = 2000;

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

/// Whether every pointer and number is one that can be worked with.
bool isWellFormed(const bf_smtp& request) {
  for (const auto* text : {&request.host, &request.username, &request.mail_from, &request.password.s})
    if (!isView(*text)) return false;
  if (!isTls(request.tls) || request.port == 0 || request.port > 65535) return false;
  if (request.n_rcpts == 0 || !isArray(request.rcpts, request.n_rcpts, kMostRecipients)) return false;
  return isArray(request.message, request.n_message, kMostSegments) &&
         std::all_of(request.rcpts, request.rcpts + request.n_rcpts, isView);
}

/// Whether the server took the mail for anybody.
bool isTaken(const SmtpResult& result) {
  if (result.outcome.fate != ExchangeFate::done) return false;
  for (std::size_t i = 0; i < result.recipients.size(); ++i)
    if (const auto* reply = result.decisive(i); reply != nullptr && reply->positive()) return true;
  return false;
}

bool saysTaken(Outcome outcome) { return outcome == Outcome::accepted || outcome == Outcome::delivered; }
/// The delivery would be sent once more.
bool repeats(Outcome outcome) {
  return outcome == Outcome::retry || outcome == Outcome::throttled || outcome == Outcome::credential;
}

}  // namespace

void SendOperation::launch(std::shared_ptr<const SendContext> context, std::shared_ptr<const OutgoingMessage> message,
                           Done done) {
  MessageView shown(*message);
  const bf_msg* messages[] = {&shown.abi()};
  bf_req request{};
  request.size = sizeof request;
  request.kind = BF_REQ_SEND;
  request.messages = messages;
  request.n_messages = 1;
  std::make_shared<SendOperation>(std::move(context), message, std::move(done))->start(request);
}

SendOperation::SendOperation(std::shared_ptr<const SendContext> context, std::shared_ptr<const OutgoingMessage> message,
                             Done done)
    : Operation(context->machine), context_(std::move(context)), message_(std::move(message)), done_(std::move(done)) {}

bf_status SendOperation::smtp(const bf_smtp& request, uint32_t tag) {
  if (unanswered_ >= kMostAtOnce || started_.size() >= kMostExchanges) return BF_E_LIMIT;
  SmtpExchange exchange;
  if (auto status = assemble(request, exchange); status != BF_OK) return status;
  started_.reserve(started_.size() + 1);
  expectAnswer();
  ++unanswered_;
  try {
    started_.push_back(begin(std::move(exchange), tag));
  } catch (...) {  // nothing was started: no answer will come
    --unanswered_;
    forgetAnswer();
    throw;
  }
  return BF_OK;
}

ExchangeHandle SendOperation::begin(SmtpExchange exchange, uint32_t tag) {
  auto self = std::static_pointer_cast<SendOperation>(shared_from_this());
  if (std::chrono::steady_clock::now() < message_->deadline) {
    return context_->exchange->start(std::move(exchange),
                                     [self, tag](SmtpResult result) { self->answered(std::move(result), tag); });
  }
  // The lease is nearly over: the attempt is given back rather than raced against the next one.
  SmtpResult late;
  late.outcome = {ExchangeFate::not_sent, ExchangeError::timeout,
                  "the lease of this attempt ended before the exchange began"};
  late.recipients.resize(exchange.recipients.size());
  answered(std::move(late), tag);
  return {};
}

bf_status SendOperation::assemble(const bf_smtp& request, SmtpExchange& exchange) const {
  if (!isWellFormed(request)) return BF_E_INVALID;
  exchange.host = copy(request.host);
  exchange.port = static_cast<std::uint16_t>(request.port);
  exchange.tls = toTls(request.tls);
  exchange.username = copy(request.username);
  if (auto status = addPassword(request, exchange); status != BF_OK) return status;
  exchange.mail_from = copy(request.mail_from);
  for (size_t i = 0; i < request.n_rcpts; ++i) exchange.recipients.push_back(copy(request.rcpts[i]));
  for (size_t i = 0; i < request.n_message; ++i) {
    if (auto status = addSegment(request.message[i], exchange.message); status != BF_OK) return status;
  }
  exchange.deadline = message_->deadline;
  if (request.timeout_ms > 0) {
    exchange.deadline =
        std::min(exchange.deadline, std::chrono::steady_clock::now() + std::chrono::milliseconds(request.timeout_ms));
  }
  exchange.allowed_hosts = context_->allowed_hosts;
  exchange.pool_scope = context_->pool_scope;
  exchange.trace = {message_->delivery.toString(), message_->attempt};
  return BF_OK;
}

/// A secret leaves by its name and for this one use: as the password of a login.
bf_status SendOperation::addPassword(const bf_smtp& request, SmtpExchange& exchange) const {
  if (exchange.username.empty()) return BF_OK;
  if (request.password.kind != BF_SEG_SECRET) return BF_E_DENIED;
  if (request.password.xform != BF_XFORM_RAW) return BF_E_INVALID;
  auto secret = context_->secrets.find(copy(request.password.s));
  if (secret == context_->secrets.end()) return BF_E_DENIED;
  exchange.password = secret->second;
  return BF_OK;
}

bf_status SendOperation::addSegment(const bf_seg& segment, std::string& message) const {
  if (segment.xform != BF_XFORM_RAW && segment.xform != BF_XFORM_BASE64_MIME) return BF_E_INVALID;
  std::string_view bytes;
  if (segment.kind == BF_SEG_BYTES) {
    if (!isView(segment.s)) return BF_E_INVALID;
    bytes = view(segment.s);
  } else if (segment.kind == BF_SEG_BLOB) {
    const auto* attachment = findBlob(*message_, segment.blob);
    if (attachment == nullptr) return BF_E_DENIED;  // not of this message
    bytes = attachment->bytes;
  } else {
    return segment.kind == BF_SEG_SECRET ? BF_E_DENIED : BF_E_INVALID;  // a secret has no place in a message
  }
  if (bytes.size() > kMostText || message.size() > kMostText - bytes.size()) return BF_E_LIMIT;
  if (segment.xform == BF_XFORM_BASE64_MIME) {
    appendMimeBase64(message, bytes);
  } else {
    message.append(bytes);
  }
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
    if (isTaken(answer->result)) taken_ = true;
    answer->shown.fill(input, tag);
  });
}

bf_status SendOperation::result(const bf_result& result) {
  if (result.recipient != 0) return BF_E_INVALID;
  if (outcome_) return BF_E_STATE;
  auto outcome = outcomeFromNumber(result.outcome);
  if (!outcome || !isView(result.provider_id) || !isView(result.code) || !isView(result.detail)) return BF_E_INVALID;
  outcome_ = SendOutcome{*outcome,
                         {},
                         shown(view(result.provider_id), kMostProviderId),
                         shown(view(result.code), kMostCode),
                         shown(view(result.detail), kMostDetail)};
  if (result.retry_after_ms > 0) outcome_->retry_after = std::chrono::milliseconds(result.retry_after_ms);
  return BF_OK;
}

void SendOperation::end(const std::string& reason) {
  auto outcome = verdict(reason);
  if (unanswered_ > 0)
    for (auto handle : started_) context_->exchange->cancel(handle);  // those that finished are ignored
  done_(std::move(outcome));
}

SendOutcome SendOperation::verdict(const std::string& reason) const {
  // The host, not the plugin, answers for "never blindly twice". An exchange that may have delivered, or is still under
  // way, ends as unknown unless the plugin says that the provider took it. One that the server took may end as refused
  // if the plugin says so, but is not sent once more, and without a word of the plugin it is not known to have failed.
  bool ambiguous = may_have_sent_ || unanswered_ > 0;
  auto outcome = outcome_ ? *outcome_ : noResult(reason);
  bool honest = saysTaken(outcome.outcome) || !(ambiguous || (taken_ && (!outcome_ || repeats(outcome.outcome))));
  if (!honest) {
    outcome.outcome = Outcome::unknown;
    outcome.retry_after.reset();
  }
  return outcome;
}

SendOutcome SendOperation::noResult(const std::string& reason) const {
  SendOutcome outcome{Outcome::rejected_request, {}, {}, "plugin_error", "the plugin ended without a result"};
  if (failed()) {
    outcome.code = failCode();
    outcome.detail = failDetail();
  } else if (!reason.empty()) {
    outcome.detail = "the plugin " + reason;
  }
  return outcome;
}

}  // namespace belfry::plugins
