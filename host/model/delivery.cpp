#include "model/delivery.h"

#include <algorithm>

namespace belfry {

DeliveryState notificationState(std::span<const Delivery> deliveries) {
  return std::min_element(deliveries.begin(), deliveries.end(),
                          [](const Delivery& a, const Delivery& b) { return rank(a.state) < rank(b.state); })
      ->state;
}

}  // namespace belfry
