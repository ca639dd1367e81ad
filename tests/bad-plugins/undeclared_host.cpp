// Talks to a host that its manifest does not declare.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  belfry::HttpRequest request(const Batch&) const {
    belfry::HttpRequest out("POST", "https://collector.example/all");
    return out.bearer("api_key").json("{}").commits();
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
