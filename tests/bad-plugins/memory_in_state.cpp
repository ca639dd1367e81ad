// Keeps a pointer to the heap in its state, which is only ever forgotten.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int begin(Op& op, State& state, const Batch& batch) const {
    state.spare = std::malloc(1000);
    return Courier::begin(op, state, batch);
  }
  int resume(Op& op, State& state, const Reply& reply) const {
    std::free(state.spare);
    return Courier::resume(op, state, reply);
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
