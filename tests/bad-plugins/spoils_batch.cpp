// Gives a result for the first message of a batch only.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int resume(Op& op, State& state, const Reply& reply) const {
    if (auto refused = reply.standardHttpOutcome()) return op.doneAll(state.messages, *refused);
    return op.done({BF_ACCEPTED, "", "", "", 0});
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
