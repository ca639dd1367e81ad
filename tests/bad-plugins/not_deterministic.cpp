// Makes up random numbers of its own.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  belfry::HttpRequest request(const Batch& batch) const {
    return Courier::request(batch).header("X-Request-Id", std::to_string(std::rand()));
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
