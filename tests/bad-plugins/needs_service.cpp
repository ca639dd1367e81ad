// Cannot be created without a service that its manifest does not require.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  std::string check() const { return host().hasCrypto() ? "" : "there is no belfry.crypto/1"; }
};
}  // namespace

COURIER_PLUGIN(Bad)
