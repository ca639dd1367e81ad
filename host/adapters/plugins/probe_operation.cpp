#include "adapters/plugins/probe_operation.h"

#include "adapters/plugins/plugin_text.h"
#include "adapters/plugins/send_operation.h"

namespace belfry::plugins {

void ProbeOperation::launch(std::shared_ptr<const InstanceContext> context, SteadyTime deadline, Done done) {
  bf_req request{};
  request.size = sizeof request;
  request.kind = BF_REQ_PROBE;
  request.callback_url = view(context->callback_url);
  std::make_shared<ProbeOperation>(std::move(context), deadline, std::move(done))->start(request);
}

ProbeOperation::ProbeOperation(std::shared_ptr<const InstanceContext> context, SteadyTime deadline, Done done)
    : ChannelOperation(std::move(context), deadline, {}), done_(std::move(done)) {}

/// A probe must not deliver.
bf_status ProbeOperation::http(const bf_http& request, uint32_t tag) {
  return (request.flags & BF_HTTP_COMMITS) != 0 ? bf_status{BF_E_DENIED} : ChannelOperation::http(request, tag);
}

bf_status ProbeOperation::result(const bf_result& result) {
  if (outcome_) return BF_E_STATE;
  outcome_ = toOutcome(result);
  return outcome_ ? BF_OK : BF_E_INVALID;
}

void ProbeOperation::end(const std::string& reason) {
  SendOutcome outcome{Outcome::unknown, {}, {}, "plugin_error", "the plugin ended without a result", {}};
  if (failed()) {
    outcome.code = failCode();
    outcome.detail = failDetail();
  } else if (!reason.empty()) {
    outcome.detail = "the plugin " + reason;
  } else if (outcome_) {
    outcome = *outcome_;
  }
  cancelExchanges();
  done_(std::move(outcome));
}

}  // namespace belfry::plugins
