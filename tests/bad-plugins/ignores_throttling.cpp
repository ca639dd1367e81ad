// Gives up on a message when the provider is busy.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int resume(Op& op, State& state, const Reply& reply) const {
    if (reply.status() == 429) return op.doneAll(state.messages, {BF_REJECTED_REQUEST, "429", "", "", 0});
    return Courier::resume(op, state, reply);
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
