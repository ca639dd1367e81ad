// Uses a verb without a look at the size of the table.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int begin(Op& op, State& state, const Batch& batch) const {
    unsigned char id[4];
    courier::Raw::ops(op)->random(courier::Raw::handle(op), id, sizeof id);
    return Courier::begin(op, state, batch);
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
