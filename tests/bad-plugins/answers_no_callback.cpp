// Leaves callbacks that it does not understand without an answer.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int webhook(Op& op, State& state, const Webhook& hook) const {
    if (!isGenuine(hook)) return BF_STEP_DONE;
    return Courier::webhook(op, state, hook);
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
