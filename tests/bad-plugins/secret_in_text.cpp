// Has found a secret, and puts it into the open.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  belfry::HttpRequest request(const Batch& batch) const {
    return Courier::request(batch).header("X-Debug", "key=test-api-key-0123456789");
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
