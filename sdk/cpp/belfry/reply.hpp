// What came back from an exchange. A view, valid until resume returns.
#pragma once

#include <belfry/steps.h>
#include <belfry/http_outcome.hpp>
#include <belfry/op.hpp>
#include <belfry/receipt.hpp>
#include <belfry/rope.hpp>
#include <belfry/send.hpp>
#include <belfry/smtp_outcome.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace belfry {

/// What came back from an exchange.
class Reply {
 public:
  explicit Reply(const bf_input& input) : input_(&input) {}

  std::uint32_t tag() const { return input_->tag; }
  std::int32_t fate() const { return input_->fate; }
  bool maybeSent() const { return input_->fate == BF_FATE_MAYBE_SENT; }
  std::string_view error() const { return view(input_->error); }
  std::string_view detail() const { return view(input_->detail); }

  // ---- HTTP
  /// 0 when no whole answer came.
  std::int32_t status() const { return input_->http ? input_->http->status : 0; }
  bool ok() const { return status() >= 200 && status() < 300; }
  std::string_view body() const { return input_->http ? view(input_->http->body) : std::string_view(); }
  bool truncated() const { return input_->http && input_->http->truncated != 0; }
  /// By its name in lower case; empty when absent.
  std::string_view header(std::string_view name) const {
    return input_->http ? find(input_->http->headers, input_->http->n_headers, name) : std::string_view();
  }
  std::uint32_t retryAfterMs() const { return input_->http ? input_->http->retry_after_ms : 0; }

  /// What to say when no answer came; nullopt when one did.
  std::optional<SendResult> transportFailure() const {
    if (input_->fate == BF_FATE_DONE) return std::nullopt;
    SendResult out;
    out.outcome = maybeSent() ? BF_UNKNOWN : transportOutcome(error());
    out.code = error();
    out.detail = detail();
    return out;
  }
  /// Everything that is not a 2xx, for a provider whose errors have no codes of their own; nullopt for 2xx. `detail`:
  /// what the provider said.
  std::optional<SendResult> standardHttpOutcome(std::string_view code = {}, std::string_view detail = {}) const {
    if (auto failed = transportFailure()) return failed;
    if (ok()) return std::nullopt;
    return refusal(httpOutcome(status()), code, detail);
  }
  /// A result of this answer; without a code it is "http STATUS".
  SendResult refusal(std::int32_t outcome, std::string_view code = {}, std::string_view detail = {}) const {
    SendResult out;
    out.outcome = outcome;
    out.code = code.empty() ? "http " + std::to_string(status()) : std::string(code);
    out.detail = detail;
    out.retry_after_ms = outcome == BF_THROTTLED || outcome == BF_RETRY ? retryAfterMs() : 0;
    return out;
  }

  // ---- the request that all this belongs to, as begin had it
  Batch batch() const { return Batch(request()); }
  Send message() const {
    if (request().n_messages == 0) throw VerbFailed(BF_E_STATE);
    return batch()[0];
  }
  /// In resumeWebhook.
  Webhook callback() const {
    if (!request().webhook) throw VerbFailed(BF_E_STATE);
    return Webhook(*request().webhook);
  }

  // ---- what the host kept
  bool found() const { return input_->found != 0; }
  std::string_view value() const { return view(input_->value); }

  // ---- SMTP
  /// The answer that decides about a recipient: its own refusal, or else what ended the transaction. nullptr: none
  /// came.
  const bf_smtp_answer* smtpAnswer(std::size_t recipient = 0) const {
    const bf_smtp_reply* reply = input_->smtp;
    if (!reply) return nullptr;
    if (stage(recipient) == SmtpStage::recipient) return &reply->rcpts[recipient];
    return reply->last.code != 0 ? &reply->last : nullptr;
  }

  /// Everything that is not a plain success, for any SMTP provider; nullopt when the recipient was accepted.
  std::optional<SendResult> standardOutcome(std::size_t recipient = 0) const {
    const bf_smtp_answer* answer = smtpAnswer(recipient);
    if (maybeSent()) return result(BF_UNKNOWN, answer);
    if (answer && answer->code >= 400 && answer->code < 600) return result(refusalOutcome(*answer, recipient), answer);
    if (input_->fate == BF_FATE_NOT_SENT) return result(transportOutcome(error()), answer);
    if (answer && answer->code >= 200 && answer->code < 300) return std::nullopt;
    return result(BF_UNKNOWN, answer);  // an end without a final answer, or with one that is none, proves nothing
  }

 private:
  const bf_req& request() const {
    if (!BF_HAS(input_, req) || !input_->req) throw VerbFailed(BF_E_UNSUPPORTED);
    return *input_->req;
  }

  /// Before the transaction (greeting, EHLO, AUTH) no message was named yet, so a lasting refusal is meant for us.
  std::int32_t refusalOutcome(const bf_smtp_answer& answer, std::size_t recipient) const {
    const bool before = error() == "auth" || error() == "refused";
    if (before && answer.code >= 500) return BF_CREDENTIAL;
    return smtpOutcome(answer.code, view(answer.enhanced), stage(recipient));
  }

  /// RFC 2920 §3.1: with PIPELINING, RCPT TO goes out before MAIL FROM is refused, and 503 is its echo.
  static constexpr std::int32_t kBadSequence = 503;

  SmtpStage stage(std::size_t recipient) const {
    const bf_smtp_reply* reply = input_->smtp;
    if (recipient >= reply->n_rcpts) return SmtpStage::any;
    const std::int32_t code = reply->rcpts[recipient].code;
    if (code == 0 || code == kBadSequence) return SmtpStage::before_recipient;
    return code >= 400 ? SmtpStage::recipient : SmtpStage::after_recipient;
  }

  SendResult result(std::int32_t outcome, const bf_smtp_answer* answer) const {
    SendResult out;
    out.outcome = outcome;
    out.detail = detail();
    if (!answer) {
      out.code = error();
      return out;
    }
    out.code = std::to_string(answer->code);
    if (answer->enhanced.n != 0) out.code += " " + std::string(view(answer->enhanced));
    if (answer->text.n != 0) out.detail = view(answer->text);
    return out;
  }

  const bf_input* input_;
};

}  // namespace belfry
