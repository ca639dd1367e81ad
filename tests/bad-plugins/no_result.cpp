// Comes to its end without a result.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int resume(Op&, State&, const Reply&) const { return BF_STEP_DONE; }
};
}  // namespace

COURIER_PLUGIN(Bad)
