// Puts text of a message into a header as it is.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  belfry::HttpRequest request(const Batch& batch) const {
    return Courier::request(batch).header("X-Text", batch[0].text());
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
