// Remembers every message for ever.
#include "courier.h"

#include <vector>

namespace {
std::vector<std::string*> seen;
}  // namespace

namespace {
struct Bad : courier::Courier<Bad> {
  int begin(Op& op, State& state, const Batch& batch) const {
    seen.push_back(new std::string(100, 'x'));
    return Courier::begin(op, state, batch);
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
