// Says that what may have been sent can be sent again.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int resume(Op& op, State& state, const Reply& reply) const {
    if (reply.maybeSent()) return op.doneAll(state.messages, {BF_RETRY, "timeout", "", "", 0});
    return Courier::resume(op, state, reply);
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
