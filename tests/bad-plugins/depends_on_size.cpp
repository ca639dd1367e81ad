// Refuses to work with a host newer than itself.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int begin(Op& op, State& state, const Batch& batch) const {
    if (courier::Raw::ops(op)->size != sizeof(bf_ops)) return op.fail("host", "this is not the host it was built for");
    return Courier::begin(op, state, batch);
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
