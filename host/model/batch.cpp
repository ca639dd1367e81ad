#include "model/batch.h"

#include <algorithm>

namespace belfry {
namespace {

template <std::size_t N>
std::int64_t sumOf(const std::map<DeliveryState, std::int64_t>& counts, const DeliveryState (&states)[N]) {
  std::int64_t sum = 0;
  for (const auto state : states) {
    if (const auto found = counts.find(state); found != counts.end()) sum += found->second;
  }
  return sum;
}

}  // namespace

std::int64_t Batch::sent() const { return sumOf(by_status, {DeliveryState::sent, DeliveryState::delivered}); }

std::int64_t Batch::delivered() const { return sumOf(by_status, {DeliveryState::delivered}); }

std::int64_t Batch::failed() const {
  return sumOf(by_status,
               {DeliveryState::failed, DeliveryState::bounced, DeliveryState::expired, DeliveryState::unknown});
}

bool Batch::live() const {
  return std::any_of(by_status.begin(), by_status.end(),
                     [](const auto& counted) { return isLive(counted.first) && counted.second > 0; });
}

BatchState Batch::state() const {
  return progress.state == BatchState::closed && !live() ? BatchState::completed : progress.state;
}

}  // namespace belfry
