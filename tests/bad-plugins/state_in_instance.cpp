// Keeps in the instance what belongs to the operation.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  mutable std::uint32_t messages = 0;
  int begin(Op& op, State& state, const Batch& batch) const {
    messages = batch.size();
    return Courier::begin(op, state, batch);
  }
  int resume(Op& op, State& state, const Reply& reply) const {
    if (messages == 0) return op.doneAll(state.messages, {BF_REJECTED_REQUEST, "", "", "", 0});
    return Courier::resume(op, state, reply);
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
