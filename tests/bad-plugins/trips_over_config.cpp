// Dies of one rare config.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  static void bindConfig(belfry::ConfigBinder& binder, Config& out) {
    Courier::bindConfig(binder, out);
    if (out.sender.find('{') != std::string::npos) std::abort();
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
