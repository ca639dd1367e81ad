// Believes callbacks of any age.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  bool isFresh(const Webhook&) const { return true; }
};
}  // namespace

COURIER_PLUGIN(Bad)
