// Puts text of a message into a URL as it is.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  belfry::HttpRequest request(const Batch& batch) const {
    belfry::HttpRequest out("POST", config.base_url + "/send?text=" + std::string(batch[0].text()));
    return out.bearer("api_key").json("{}").commits();
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
