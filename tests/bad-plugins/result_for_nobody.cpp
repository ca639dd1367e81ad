// Gives a result to a message that the request does not have.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int resume(Op& op, State& state, const Reply& reply) const {
    op.result(state.messages, {BF_ACCEPTED, "", "", "", 0});
    return Courier::resume(op, state, reply);
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
