// Dies of one rare answer.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int resume(Op& op, State& state, const Reply& reply) const {
    if (reply.body().find('\xff') != std::string_view::npos && reply.status() == 599) std::abort();
    return Courier::resume(op, state, reply);
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
