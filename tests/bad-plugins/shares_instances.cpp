// Keeps the config of the last instance for all of them.
#include "courier.h"

namespace {
std::string last_sender;
}  // namespace

namespace {
struct Bad : courier::Courier<Bad> {
  std::string check() const {
    last_sender = config.sender;
    return {};
  }
  belfry::HttpRequest request(const Batch& batch) const {
    return Courier::request(batch).header("X-Sender", last_sender);
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
