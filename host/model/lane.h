// A queue's name: every tenant has one for each channel and priority.
#pragma once

#include <tuple>

#include "model/ids.h"
#include "model/vocabulary.h"

namespace belfry {

struct Lane {
  Priority priority;
  TenantId tenant;
  Channel channel;

  auto operator<=>(const Lane&) const = default;
};

/// A delivery that waits in a lane and is due.
struct ReadyDelivery {
  Lane lane;
  DeliveryId id;
};

}  // namespace belfry
