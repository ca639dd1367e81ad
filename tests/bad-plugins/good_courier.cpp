// The courier as it is: it must pass.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {};
}  // namespace

COURIER_PLUGIN(Bad)
