// Emits an event behind its answer.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int webhook(Op& op, State& state, const Webhook& hook) const {
    const int step = Courier::webhook(op, state, hook);
    belfry::Receipt late;
    late.type = BF_RECEIPT_READ;
    late.delivery_id = "late";
    op.event(late);
    return step;
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
