// Takes memory from the arena without a look at what it got.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int begin(Op& op, State& state, const Batch& batch) const {
    if (!BF_HAS(courier::Raw::ops(op), alloc)) return op.fail("host", "no alloc");
    void* note = courier::Raw::ops(op)->alloc(courier::Raw::handle(op), 4096, 8);
    *static_cast<volatile char*>(note) = 'x';
    return Courier::begin(op, state, batch);
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
