// Shows the provider's bytes as if they were text.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int resume(Op& op, State& state, const Reply& reply) const {
    if (auto refused = reply.standardHttpOutcome({}, reply.body())) return op.doneAll(state.messages, *refused);
    return Courier::resume(op, state, reply);
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
