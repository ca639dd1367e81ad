// Takes whatever came back for a success.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int resume(Op& op, State& state, const Reply& reply) const {
    if (reply.maybeSent()) return Courier::resume(op, state, reply);
    return op.doneAll(state.messages, {BF_ACCEPTED, "", "", "", 0});
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
