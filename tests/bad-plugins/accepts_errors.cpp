// Takes a server error for a success.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int resume(Op& op, State& state, const Reply& reply) const {
    if (reply.status() >= 500) return op.doneAll(state.messages, {BF_ACCEPTED, "", "", "", 0});
    return Courier::resume(op, state, reply);
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
