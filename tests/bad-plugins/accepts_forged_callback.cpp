// Believes every callback.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  bool isGenuine(const Webhook&) const { return true; }
};
}  // namespace

COURIER_PLUGIN(Bad)
