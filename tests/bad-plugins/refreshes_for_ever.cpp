// Asks for another token whenever the provider refuses the last.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int resume(Op& op, State& state, const Reply& reply) const {
    if (reply.status() == 401) return op.token("access", true);
    if (reply.fate() == BF_FATE_DONE && reply.status() == 0) {
      belfry::HttpRequest again("POST", config.base_url + "/send");
      return op.send(again.bearerToken("access").json("{}").commits());
    }
    return Courier::resume(op, state, reply);
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
