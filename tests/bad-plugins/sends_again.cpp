// Sends again by itself what may have been sent.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int begin(Op& op, State& state, const Batch& batch) const {
    state.messages = batch.size();
    return op.send(request(batch));
  }
  int resume(Op& op, State& state, const Reply& reply) const {
    if (!reply.maybeSent() || state.refreshed++ != 0) return Courier::resume(op, state, reply);
    belfry::HttpRequest again("POST", config.base_url + "/send");
    return op.send(again.bearer("api_key").json("{}").commits());
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
