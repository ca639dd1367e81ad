// Waits when nothing is under way.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int begin(Op& op, State&, const Batch&) const { return op.wait(); }
};
}  // namespace

COURIER_PLUGIN(Bad)
