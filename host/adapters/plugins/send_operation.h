// BF_REQ_SEND: one message, at most some exchanges, one outcome.
//
// A result that the plugin gave stands, even if it breaks a rule afterwards; without one the delivery is
// rejected_request with what the plugin said or did as its detail. Over both stands the host's own knowledge of what
// left: see verdict().
#pragma once

#include <map>
#include <optional>
#include <string>

#include "adapters/plugins/operation.h"
#include "ports/channels.h"
#include "ports/exchange.h"

namespace belfry::plugins {

/// What every operation of one provider instance shares.
struct SendContext {
  std::shared_ptr<const Machine> machine;
  Exchange* exchange;
  std::string pool_scope;                      ///< tenant and instance
  std::vector<std::string> allowed_hosts;      ///< of the manifest, and of the config where the manifest marks a key
  std::map<std::string, std::string> secrets;  ///< declared in the manifest and set
};

class SendOperation final : public Operation {
 public:
  using Done = std::function<void(SendOutcome)>;

  /// Runs to its end by itself; `done` is called once.
  static void launch(std::shared_ptr<const SendContext> context, std::shared_ptr<const OutgoingMessage> message,
                     Done done);

  SendOperation(std::shared_ptr<const SendContext> context, std::shared_ptr<const OutgoingMessage> message, Done done);

 private:
  bf_status smtp(const bf_smtp& request, uint32_t tag) override;
  bf_status result(const bf_result& result) override;
  void end(const std::string& reason) override;

  bf_status assemble(const bf_smtp& request, SmtpExchange& exchange) const;
  bf_status addPassword(const bf_smtp& request, SmtpExchange& exchange) const;
  bf_status addSegment(const bf_seg& segment, std::string& message) const;
  ExchangeHandle begin(SmtpExchange exchange, uint32_t tag);
  void answered(SmtpResult result, uint32_t tag);
  SendOutcome verdict(const std::string& reason) const;
  SendOutcome noResult(const std::string& reason) const;

  const std::shared_ptr<const SendContext> context_;
  const std::shared_ptr<const OutgoingMessage> message_;
  const Done done_;
  // All of these are touched inside steps only, which run serially.
  std::optional<SendOutcome> outcome_;
  std::vector<ExchangeHandle> started_;
  bool may_have_sent_ = false;  // an answer said so
  bool taken_ = false;          // a server took a mail
  int unanswered_ = 0;
};

}  // namespace belfry::plugins
