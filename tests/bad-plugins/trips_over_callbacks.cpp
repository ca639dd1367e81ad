// Dies of one rare callback.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int webhook(Op& op, State& state, const Webhook& hook) const {
    if (hook.body().find("\r\n") != std::string_view::npos && hook.body().size() > 20) std::abort();
    return Courier::webhook(op, state, hook);
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
