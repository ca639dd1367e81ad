// Operations that bring receipts: BF_REQ_WEBHOOK and BF_REQ_STATUS.
#pragma once

#include "adapters/plugins/channel_operation.h"
#include "ports/channels.h"

namespace belfry::plugins {

class ReceiptOperation : public ChannelOperation {
 protected:
  using ChannelOperation::ChannelOperation;

  bf_status smtp(const bf_smtp& request, uint32_t tag) override;
  bf_status event(const bf_event& event) override;
  std::vector<Receipt> takeReceipts() { return std::move(receipts_); }

 private:
  std::vector<Receipt> receipts_;
};

class CallbackOperation final : public ReceiptOperation {
 public:
  using Done = std::function<void(CallbackOutcome)>;

  static void launch(std::shared_ptr<const InstanceContext> context, std::shared_ptr<const RawCallback> callback,
                     SteadyTime deadline, Done done);

  CallbackOperation(std::shared_ptr<const InstanceContext> context, std::shared_ptr<const RawCallback> callback,
                    SteadyTime deadline, Done done);

 private:
  bf_status reply(int32_t status, const bf_kv* headers, size_t n_headers, const bf_str& body,
                  const bf_str& code) override;
  void end(const std::string& reason) override;

  const std::shared_ptr<const RawCallback> callback_;
  const Done done_;
  CallbackOutcome outcome_;
};

class StatusOperation final : public ReceiptOperation {
 public:
  using Done = std::function<void(StatusOutcome)>;

  static void launch(std::shared_ptr<const InstanceContext> context, StatusQuery query, SteadyTime deadline, Done done);

  StatusOperation(std::shared_ptr<const InstanceContext> context, const StatusQuery& query, SteadyTime deadline,
                  Done done);

 private:
  bf_status result(const bf_result& result) override;
  void end(const std::string& reason) override;

  const Done done_;
  std::optional<SendOutcome> outcome_;
};

}  // namespace belfry::plugins
