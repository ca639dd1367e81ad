#include "adapters/plugins/smtp_input.h"

#include "adapters/plugins/exchange_words.h"

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

/// Which step the transaction ended at.
int32_t stageOf(const SmtpResult& result) {
  if (result.mail && !result.mail->positive()) return BF_SMTP_STAGE_MAIL;
  if (result.data) return BF_SMTP_STAGE_DATA;
  for (const auto& reply : result.recipients)
    if (reply.code != 0) return BF_SMTP_STAGE_RCPT;
  const bool logged_in = result.outcome.fate == ExchangeFate::done;
  return result.refusal || logged_in ? BF_SMTP_STAGE_SESSION : BF_SMTP_STAGE_NONE;
}

}  // namespace

SmtpInput::SmtpInput(const SmtpResult& result) : result_(result) {
  for (const auto& reply : result.recipients) recipients_.push_back(toAnswer(reply));
  reply_.size = sizeof reply_;
  reply_.stage = stageOf(result);
  if (const auto* answer = last(result)) reply_.last = toAnswer(*answer);
  reply_.rcpts = recipients_.data();
  reply_.n_rcpts = recipients_.size();
}

void SmtpInput::fill(bf_input& input, uint32_t tag) const {
  input.kind = BF_IN_SMTP;
  input.tag = tag;
  fillOutcome(input, result_.outcome);
  input.smtp = &reply_;
}

}  // namespace belfry::plugins
