#include "adapters/curl/smtp_dialogue.h"

#include <algorithm>
#include <utility>

namespace belfry::curl {
namespace {

constexpr std::size_t kFinalDot = 3;  // ".\r\n"

bool isRefusal(const SmtpReply& reply) { return reply.transient() || reply.permanent(); }

}  // namespace

SmtpDialogue::SmtpDialogue(const SmtpPlan& plan, const SmtpCapabilities& server, bool reset_first)
    : plan_(plan), server_(server), recipients_(plan.recipients.size()) {
  queueEnvelope(reset_first);
  sendLines();
}

void SmtpDialogue::queueEnvelope(bool reset_first) {
  if (reset_first) lines_.push_back({Line::About::reset, 0, "RSET\r\n"});
  lines_.push_back({Line::About::mail, 0, plan_.mailCommand(server_)});
  const std::size_t before = lines_.size();
  for (std::size_t i = 0; i < plan_.recipients.size(); ++i) {
    if (plan_.recipientNeedsUtf8(i) && !server_.smtputf8)
      recipients_[i] = {553, "5.6.7",
                        "the address is not ASCII and the server does not offer SMTPUTF8; it was not asked"};
    else lines_.push_back({Line::About::recipient, i, plan_.rcptCommand(i, server_)});
  }
  if (lines_.size() > before) return;
  lines_.clear();
  needs_reset_ = reset_first;
  end_ = End::answered;
}

void SmtpDialogue::sendLines() {
  if (!output().empty() || sent_ == lines_.size() || (sent_ > answered_ && !server_.pipelining)) return;
  output_.clear();
  written_ = 0;
  do output_ += lines_[sent_++].text;
  while (server_.pipelining && sent_ < lines_.size());
}

std::string_view SmtpDialogue::output() const {
  if (end_ != End::open || step_ == Step::final_dot) return {};
  const std::string& source = step_ == Step::message ? plan_.wire_message : output_;
  return std::string_view(source).substr(written_);
}

void SmtpDialogue::wrote(std::size_t bytes) {
  written_ += bytes;
  if (step_ == Step::message && written_ == plan_.wire_message.size()) step_ = Step::final_dot;
}

bool SmtpDialogue::mayHaveDelivered() const noexcept {
  return step_ == Step::final_dot || (step_ == Step::message && written_ > plan_.wire_message.size() - kFinalDot);
}

void SmtpDialogue::onReply(const SmtpReply& reply) {
  if (end_ != End::open) return;
  switch (step_) {
    case Step::envelope: return onEnvelopeReply(reply);
    case Step::data: return onDataReply(reply);
    case Step::message: return onMessageReply(reply);
    case Step::final_dot: return onFinalReply(reply);
  }
}

void SmtpDialogue::onEnvelopeReply(const SmtpReply& reply) {
  if (answered_ == sent_) return breakOff("a reply that nothing asked for");
  const Line& line = lines_[answered_++];
  store(line, reply);
  if (reply.code == 421) {  // RFC 5321 §3.8: may answer any command, the connection ends
    closing_ = reply;
    end_ = End::closing;
    return;
  }
  if (!reply.positive() && !isRefusal(reply)) return breakOff("neither accepted nor refused");
  if (line.about == Line::About::reset && !reply.positive()) return breakOff("RSET refused");
  if (line.about == Line::About::mail && !reply.positive()) lines_.resize(sent_);  // recipients need not be asked
  if (answered_ == lines_.size()) afterEnvelope();
  else sendLines();
}

void SmtpDialogue::store(const Line& line, const SmtpReply& reply) {
  if (line.about == Line::About::mail) mail_ = reply;
  if (line.about == Line::About::recipient) recipients_[line.recipient] = reply;
}

bool SmtpDialogue::anyAccepted() const {
  return std::any_of(recipients_.begin(), recipients_.end(), [](const SmtpReply& reply) { return reply.positive(); });
}

void SmtpDialogue::afterEnvelope() {
  if (!mail_->positive()) recipients_.assign(recipients_.size(), {});  // pipelined RCPTs got 503: it says nothing more
  if (!mail_->positive() || !anyAccepted()) {
    needs_reset_ = mail_->positive();
    end_ = End::answered;
    return;
  }
  step_ = Step::data;
  output_ = "DATA\r\n";
  written_ = 0;
}

void SmtpDialogue::onDataReply(const SmtpReply& reply) {
  if (!output().empty()) return breakOff("a reply that nothing asked for");
  if (reply.code == 354) {
    step_ = Step::message;
    written_ = 0;
    return;
  }
  if (!isRefusal(reply)) return breakOff("neither 354 nor a refusal");
  data_ = reply;
  usable_ = reply.code != 421;
  needs_reset_ = true;
  end_ = End::answered;
}

// Before the dot a server may only give up; it cannot have taken a message whose end it has not seen.
void SmtpDialogue::onMessageReply(const SmtpReply& reply) {
  if (!isRefusal(reply) || mayHaveDelivered()) return breakOff("a reply before the message's end");
  data_ = reply;
  usable_ = false;
  end_ = End::answered;
}

void SmtpDialogue::onFinalReply(const SmtpReply& reply) {
  if (!reply.positive() && !isRefusal(reply)) return breakOff("neither accepted nor refused");
  data_ = reply;
  usable_ = reply.code != 421;
  end_ = End::answered;
}

void SmtpDialogue::breakOff(std::string problem) {
  problem_ = std::move(problem);
  usable_ = false;
  end_ = End::broken;
}

std::string_view SmtpDialogue::stepName() const noexcept {
  switch (step_) {
    case Step::envelope: return "MAIL and RCPT";
    case Step::data: return "DATA";
    case Step::message: return "the message";
    case Step::final_dot: return "the final dot";
  }
  return "";
}

void SmtpDialogue::fill(SmtpResult& result) const {
  result.mail = mail_;
  result.recipients = recipients_;
  result.data = data_;
}

}  // namespace belfry::curl
