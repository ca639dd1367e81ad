// Leaves memory behind with each instance.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  std::string check() const {
    static void* volatile kept;
    kept = std::malloc(100);
    (void)kept;
    return {};
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
