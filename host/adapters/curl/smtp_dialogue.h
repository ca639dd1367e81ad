// One mail transaction's side of the conversation, without a socket: it says what to write, is told what was written
// and which replies came, and knows at every moment whether the message may have been delivered.
//
//   MAIL, RCPT…   in one piece when the server offers PIPELINING (RFC 2920), else one at a time
//   DATA          only when a recipient was accepted
//   message, dot  from the final dot on the mail may arrive; before it, it cannot
//
// Written by hand and not left to libcurl: see docs/explanation/adr/0005-exchange.md.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/curl/smtp_capabilities.h"
#include "adapters/curl/smtp_plan.h"
#include "ports/smtp_exchange.h"

namespace belfry::curl {

class SmtpDialogue {
 public:
  enum class End {
    open,      ///< goes on
    answered,  ///< the server decided; the replies say how
    closing,   ///< the server said 421 before DATA: it ends the connection, nothing was decided
    broken     ///< the server said something that is no answer; see problem()
  };

  /// `reset_first`: the connection has an unfinished transaction, which RSET ends. `plan` must outlive this.
  SmtpDialogue(const SmtpPlan& plan, const SmtpCapabilities& server, bool reset_first);

  /// What to write now; empty: wait for replies. The same bytes stay at the same place until they are written, as TLS
  /// needs for its repeats.
  std::string_view output() const;
  void wrote(std::size_t bytes);
  void onReply(const SmtpReply& reply);
  /// Ends it as `broken`: what came is no reply.
  void breakOff(std::string problem);

  End end() const noexcept { return end_; }
  /// The final dot was written, in part at least.
  bool mayHaveDelivered() const noexcept;
  bool dataAsked() const noexcept { return step_ != Step::envelope; }
  /// After `answered`: whether the connection can take the next transaction, and whether RSET must come first.
  bool connectionUsable() const noexcept { return usable_; }
  bool needsReset() const noexcept { return needs_reset_; }
  /// `MAIL and RCPT`, `DATA`, `the message`, `the final dot`: for error texts.
  std::string_view stepName() const noexcept;
  const std::string& problem() const noexcept { return problem_; }
  const std::optional<SmtpReply>& closingReply() const noexcept { return closing_; }
  /// Copies MAIL's, the recipients' and DATA's replies as far as there are any.
  void fill(SmtpResult& result) const;

 private:
  enum class Step { envelope, data, message, final_dot };
  struct Line {
    enum class About { reset, mail, recipient } about;
    std::size_t recipient = 0;
    std::string text;
  };

  void queueEnvelope(bool reset_first);
  void sendLines();
  void onEnvelopeReply(const SmtpReply& reply);
  void store(const Line& line, const SmtpReply& reply);
  void afterEnvelope();
  void onDataReply(const SmtpReply& reply);
  void onMessageReply(const SmtpReply& reply);
  void onFinalReply(const SmtpReply& reply);
  bool anyAccepted() const;

  const SmtpPlan& plan_;
  const SmtpCapabilities server_;
  Step step_ = Step::envelope;
  End end_ = End::open;
  std::vector<Line> lines_;
  std::size_t sent_ = 0;      // lines handed to output_
  std::size_t answered_ = 0;  // lines with a reply
  std::string output_;
  std::size_t written_ = 0;  // of output_, or of the message in Step::message
  std::optional<SmtpReply> mail_, data_, closing_;
  std::vector<SmtpReply> recipients_;
  bool usable_ = true;
  bool needs_reset_ = false;
  std::string problem_;
};

}  // namespace belfry::curl
