// BF_REQ_SEND: one message or a batch of them, at most some exchanges, one outcome for each message.
//
// A result that the plugin gave stands, even if it breaks a rule afterwards; without one the delivery is
// rejected_request with what the plugin said or did as its detail. Over both stands the host's own knowledge of what
// left: see verdict().
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/plugins/channel_operation.h"
#include "ports/channels.h"

namespace belfry::plugins {

using Messages = std::vector<std::shared_ptr<const OutgoingMessage>>;

/// What a plugin said in a bf_result; nullopt when it is malformed.
std::optional<SendOutcome> toOutcome(const bf_result& result);

class SendOperation : public ChannelOperation {
 public:
  /// One outcome for each message, in their order.
  using Done = std::function<void(std::vector<SendOutcome>)>;

  /// Runs to its end by itself; `done` is called once. At least one message.
  static void launch(std::shared_ptr<const InstanceContext> context, Messages messages, Done done);

  SendOperation(std::shared_ptr<const InstanceContext> context, Messages messages, Done done);

 protected:
  /// Runs begin over the messages.
  void startSend();
  bool findBlobBytes(uint64_t handle, std::string_view& bytes) const override;
  bf_status readBlob(uint64_t blob, uint64_t offset, void* out, size_t n, size_t& got) override;
  bf_status result(const bf_result& result) override;
  bf_status item(const bf_item& item) override;
  void end(const std::string& reason) override;

  const std::vector<std::optional<SendOutcome>>& outcomes() const { return outcomes_; }

 private:
  SendOutcome verdict(std::size_t index, const std::string& reason) const;
  SendOutcome noResult(const std::string& reason) const;

  const Messages messages_;
  const Done done_;
  // Touched inside steps only, which run serially.
  std::vector<std::optional<SendOutcome>> outcomes_;
  std::vector<std::optional<InboxItem>> items_;
};

}  // namespace belfry::plugins
