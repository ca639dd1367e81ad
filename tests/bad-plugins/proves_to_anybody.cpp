// Answers every challenge.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  int handshake(Op& op, const Webhook& hook) const { return op.reply(200, hook.queryParam("hub.challenge")); }
};
}  // namespace

COURIER_PLUGIN(Bad)
