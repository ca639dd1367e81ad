// Gives the first message two results.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int resume(Op& op, State& state, const Reply& reply) const {
    Courier::resume(op, state, reply);
    return op.doneAll(1, {BF_ACCEPTED, "", "", "", 0});
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
