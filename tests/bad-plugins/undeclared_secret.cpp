// Uses a secret that its manifest does not declare.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  belfry::HttpRequest request(const Batch& batch) const { return Courier::request(batch).bearer("somebody_elses"); }
};
}  // namespace

COURIER_PLUGIN(Bad)
