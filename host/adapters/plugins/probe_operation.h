// BF_REQ_PROBE: whether config and credentials work, without sending.
#pragma once

#include "adapters/plugins/channel_operation.h"
#include "ports/channels.h"

namespace belfry::plugins {

class ProbeOperation final : public ChannelOperation {
 public:
  using Done = std::function<void(SendOutcome)>;

  static void launch(std::shared_ptr<const InstanceContext> context, SteadyTime deadline, Done done);

  ProbeOperation(std::shared_ptr<const InstanceContext> context, SteadyTime deadline, Done done);

 private:
  bf_status http(const bf_http& request, uint32_t tag) override;
  bool provesOnly() const override { return true; }
  bf_status result(const bf_result& result) override;
  void end(const std::string& reason) override;

  const Done done_;
  std::optional<SendOutcome> outcome_;
};

}  // namespace belfry::plugins
