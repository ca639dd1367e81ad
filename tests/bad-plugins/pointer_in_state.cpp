// Keeps a pointer into its own state.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int begin(Op& op, State& state, const Batch& batch) const {
    state.spare = &state.messages;
    return Courier::begin(op, state, batch);
  }
  int resume(Op& op, State& state, const Reply& reply) const {
    const auto messages = *static_cast<const std::uint32_t*>(state.spare);
    state.messages = messages < kMaxBatch ? messages : 1;
    if (messages > kMaxBatch) return op.doneAll(1, {BF_REJECTED_REQUEST, "", "", "", 0});
    return Courier::resume(op, state, reply);
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
