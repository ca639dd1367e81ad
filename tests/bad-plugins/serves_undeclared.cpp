// Serves a kind of request that its manifest does not name.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int probe(Op& op, State&) const { return op.done({BF_ACCEPTED, "", "", "", 0}); }
};
}  // namespace

COURIER_PLUGIN(Bad)
