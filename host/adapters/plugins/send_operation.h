// BF_REQ_SEND: one message, at most some exchanges, one outcome.
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
  static void launch(std::shared_ptr<const SendContext> context, std::shared_ptr<const OutgoingMessage> message, Done done);

  SendOperation(std::shared_ptr<const SendContext> context, std::shared_ptr<const OutgoingMessage> message, Done done);

 private:
  bf_status smtp(const bf_smtp& request, uint32_t tag) override;
  bf_status result(const bf_result& result) override;
  void end(const std::string& reason) override;

  bf_status assemble(const bf_smtp& request, SmtpExchange& exchange) const;
  void answered(SmtpResult result, uint32_t tag);
  SendOutcome verdict(const std::string& reason) const;

  const std::shared_ptr<const SendContext> context_;
  const std::shared_ptr<const OutgoingMessage> message_;
  const Done done_;
  std::optional<SendOutcome> outcome_;  // touched inside steps only, which run serially
  std::vector<ExchangeHandle> started_;  // likewise
  bool may_have_sent_ = false;           // likewise
  int unanswered_ = 0;                   // likewise
};

}  // namespace belfry::plugins
