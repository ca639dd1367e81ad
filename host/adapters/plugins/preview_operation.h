// BF_REQ_SEND run for show: the first exchanges that may deliver end it, and nothing leaves. Secrets, tokens and
// signatures are masked before they get near the text.
#pragma once

#include "adapters/plugins/send_operation.h"

namespace belfry::plugins {

class PreviewOperation final : public SendOperation {
 public:
  /// Runs to its end before it returns.
  static SendPreview run(std::shared_ptr<const InstanceContext> context,
                         std::shared_ptr<const OutgoingMessage> message);

  using SendOperation::SendOperation;

 private:
  bool masked() const override { return true; }
  void perform(HttpExchange request, uint32_t tag) override;
  void perform(SmtpExchange request, uint32_t tag) override;
  void obtain(const std::string& key, uint64_t refused, uint32_t tag) override;
  bf_status get(std::string key, uint32_t tag) override;
  bf_status put(std::string key, std::string value, uint32_t ttl_s) override;
  bf_status sleep(uint32_t ms, uint32_t tag) override;

  std::vector<std::string> exchanges_;  // JSON objects
};

/// One exchange as JSON for people.
std::string toPreviewJson(const HttpExchange& request);
std::string toPreviewJson(const SmtpExchange& request);

}  // namespace belfry::plugins
