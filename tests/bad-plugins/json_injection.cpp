// Puts text of a message into JSON as it is.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  std::string content(const Batch& batch) const { return "{\"text\":\"" + std::string(batch[0].text()) + "\"}"; }
};
}  // namespace

COURIER_PLUGIN(Bad)
