#include "adapters/plugins/smtp_input.h"

#include "adapters/plugins/plugin_text.h"

namespace belfry::plugins {
namespace {

bf_smtp_answer toAnswer(const SmtpReply& reply) { return {reply.code, 0, view(reply.enhanced_code), view(reply.text)}; }

/// The answer that ended the transaction.
const SmtpReply* last(const SmtpResult& result) {
  if (result.mail && !result.mail->positive()) return &*result.mail;  // pipelined RCPTs then fail for its sake only
  if (result.data) return &*result.data;
  for (auto reply = result.recipients.rbegin(); reply != result.recipients.rend(); ++reply)
    if (reply->code != 0 && !reply->positive()) return &*reply;
  return result.refusal ? &*result.refusal : nullptr;
}

int32_t toFate(ExchangeFate fate) {
  switch (fate) {
    case ExchangeFate::done: return BF_FATE_DONE;
    case ExchangeFate::not_sent: return BF_FATE_NOT_SENT;
    case ExchangeFate::maybe_sent: return BF_FATE_MAYBE_SENT;
  }
  return BF_FATE_MAYBE_SENT;
}

}  // namespace

SmtpInput::SmtpInput(const SmtpResult& result) : result_(result) {
  for (const auto& reply : result.recipients) recipients_.push_back(toAnswer(reply));
  reply_.size = sizeof reply_;
  if (const auto* answer = last(result)) reply_.last = toAnswer(*answer);
  reply_.rcpts = recipients_.data();
  reply_.n_rcpts = recipients_.size();
}

void SmtpInput::fill(bf_input& input, uint32_t tag) const {
  input.kind = BF_IN_SMTP;
  input.tag = tag;
  input.fate = toFate(result_.outcome.fate);
  input.error = result_.outcome.error == ExchangeError::none ? bf_str{} : view(toText(result_.outcome.error));
  input.detail = view(result_.outcome.detail);
  input.smtp = &reply_;
}

}  // namespace belfry::plugins
